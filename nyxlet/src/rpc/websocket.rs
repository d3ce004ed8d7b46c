//! JSON-RPC over a websocket: every method, and subscriptions to blocks and transactions.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use serde_json::json;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

use super::{
    Rpc,
    jsonrpc::{Id, Request, Response, RpcError, parse_body},
    params::Params,
    routes::{self, Answer, Begun},
    subscription,
};
use crate::index::query::Query;

/// A ping goes out this often; a client that answers nothing within [`SILENCE`] is cut off.
const PING: Duration = Duration::from_secs(27);
/// How long a client may stay silent.
const SILENCE: Duration = Duration::from_secs(60);

/// A client went away or does not take what it is sent.
struct Gone;

struct Subscription {
    id: Id,
    text: String,
    query: Query,
}

/// What a request on a websocket leads to.
enum Wanted {
    Nothing,
    Answer(Option<Id>, Answer),
    Wait(Id, Begun),
    Subscribe(Id, String),
    Unsubscribe(Id, String),
    UnsubscribeAll(Id),
}

/// Serves a websocket until the client goes.
pub(super) async fn serve(rpc: Arc<Rpc>, mut socket: WebSocket) {
    let mut blocks = rpc.chain.subscribe();
    let mut subscriptions: Vec<Subscription> = Vec::new();
    let mut ping = interval_at(Instant::now() + PING, PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let outcome = tokio::select! {
            message = socket.recv() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Text(text))) => {
                        let request = text.to_string();
                        answer_request(&rpc, &mut socket, &mut subscriptions, request).await
                    }
                    Some(Ok(Message::Binary(bytes))) => {
                        let request = String::from_utf8_lossy(&bytes).into_owned();
                        answer_request(&rpc, &mut socket, &mut subscriptions, request).await
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Gone),
                }
            }
            block = blocks.recv() => match block {
                Ok(block) => {
                    let mut sent = Ok(());
                    for one in &subscriptions {
                        for answer in subscription::matching(&block, &one.text, &one.query) {
                            sent = send(&rpc, &mut socket, &Response::new(Some(one.id.clone()), answer)).await;
                            if sent.is_err() {
                                break;
                            }
                        }
                        if sent.is_err() {
                            break;
                        }
                    }
                    sent
                }
                Err(RecvError::Lagged(_)) => cancel_all(&rpc, &mut socket, &mut subscriptions, "slow client").await,
                Err(RecvError::Closed) => Err(Gone),
            },
            _ = ping.tick() => {
                if heard.elapsed() > SILENCE {
                    Err(Gone)
                } else {
                    send_message(&rpc, &mut socket, Message::Ping(Default::default())).await
                }
            }
        };
        if outcome.is_err() {
            return;
        }
    }
}

async fn cancel_all(
    rpc: &Rpc,
    socket: &mut WebSocket,
    subscriptions: &mut Vec<Subscription>,
    reason: &str,
) -> Result<(), Gone> {
    for one in subscriptions.drain(..) {
        let error = RpcError::server(format!("subscription was canceled (reason: {reason})"));
        send(rpc, socket, &Response::new(Some(one.id), Err(error))).await?;
    }
    Ok(())
}

async fn answer_request(
    rpc: &Arc<Rpc>,
    socket: &mut WebSocket,
    subscriptions: &mut Vec<Subscription>,
    request: String,
) -> Result<(), Gone> {
    let working = rpc.clone();
    let wanted = tokio::task::spawn_blocking(move || understand(&working, &request)).await;
    let response = match wanted.unwrap_or_else(|error| Wanted::Answer(None, Err(RpcError::internal(error)))) {
        Wanted::Nothing => return Ok(()),
        Wanted::Answer(id, answer) => Response::new(id, answer),
        Wanted::Wait(id, Begun::Done(answer)) => Response::new(Some(id), answer),
        Wanted::Wait(id, Begun::Later(answer)) => Response::new(Some(id), answer.await),
        Wanted::Subscribe(id, text) => {
            let subscribed = subscribe(rpc, subscriptions, id.clone(), text);
            Response::new(Some(id), subscribed)
        }
        Wanted::Unsubscribe(id, text) => {
            let before = subscriptions.len();
            subscriptions.retain(|one| one.text != text);
            let answer = if subscriptions.len() == before {
                Err(RpcError::internal("subscription not found"))
            } else {
                routes::answer(&json!({}))
            };
            Response::new(Some(id), answer)
        }
        Wanted::UnsubscribeAll(id) => {
            let answer = if subscriptions.is_empty() {
                Err(RpcError::internal("subscription not found"))
            } else {
                subscriptions.clear();
                routes::answer(&json!({}))
            };
            Response::new(Some(id), answer)
        }
    };
    send(rpc, socket, &response).await
}

fn understand(rpc: &Arc<Rpc>, text: &str) -> Wanted {
    let request = match parse_body(text) {
        Ok((mut requests, false)) => requests.pop(),
        Ok((_, true)) => {
            let error = RpcError::parse("error unmarshaling request: a websocket takes one request at a time");
            return Wanted::Answer(None, Err(error));
        }
        Err(error) => return Wanted::Answer(None, Err(error)),
    };
    let Some(Request { id: Some(id), method, params }) = request else { return Wanted::Nothing };
    let query = || {
        let params = Params::from_json(&["query"], params).map_err(RpcError::internal)?;
        params.text("query").map_err(RpcError::internal).map(Option::unwrap_or_default)
    };
    match method.as_str() {
        "subscribe" => match query() {
            Ok(text) => Wanted::Subscribe(id, text),
            Err(error) => Wanted::Answer(Some(id), Err(error)),
        },
        "unsubscribe" => match query() {
            Ok(text) => Wanted::Unsubscribe(id, text),
            Err(error) => Wanted::Answer(Some(id), Err(error)),
        },
        "unsubscribe_all" => Wanted::UnsubscribeAll(id),
        method => Wanted::Wait(id, routes::begin(rpc, method, params)),
    }
}

fn subscribe(rpc: &Rpc, subscriptions: &mut Vec<Subscription>, id: Id, text: String) -> Answer {
    let most = rpc.limits.subscriptions;
    if subscriptions.len() >= most {
        return Err(RpcError::internal(format!("max_subscriptions_per_client {most} reached")));
    }
    let query = Query::parse(&text).map_err(|error| RpcError::internal(format!("failed to parse query: {error}")))?;
    if subscriptions.iter().any(|one| one.query == query) {
        return Err(RpcError::internal("already subscribed"));
    }
    subscriptions.push(Subscription { id, text, query });
    routes::answer(&json!({}))
}

async fn send(rpc: &Rpc, socket: &mut WebSocket, response: &Response) -> Result<(), Gone> {
    send_message(rpc, socket, Message::Text(response.to_json().into())).await
}

async fn send_message(rpc: &Rpc, socket: &mut WebSocket, message: Message) -> Result<(), Gone> {
    let patience = Duration::from_secs(rpc.limits.client_seconds);
    match timeout(patience, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}
