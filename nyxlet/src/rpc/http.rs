//! HTTP: connections, bodies, and which answer goes where.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State, WebSocketUpgrade},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use futures::StreamExt as _;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, watch},
    task::JoinSet,
    time::timeout,
};
use tower_http::cors::{Any, CorsLayer};

use super::{
    Rpc,
    jsonrpc::{self, RpcError, URI_ID},
    params::Params,
    routes::{self, Begun},
    slow_client::WriteDeadline,
    websocket,
};

/// Accepts connections until `stop` changes.
pub(super) async fn accept(listener: TcpListener, rpc: Arc<Rpc>, mut stop: watch::Receiver<bool>) {
    let cors = CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any);
    let router = Router::new()
        .route("/", any(root))
        .route("/websocket", any(upgrade))
        .fallback(uri)
        .layer(cors)
        .with_state(rpc.clone());
    let patience = Duration::from_secs(rpc.limits.client_seconds);
    let mut connections = JoinSet::new();
    loop {
        let Ok(permit) = rpc.connections.clone().acquire_owned().await else { return };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, or a connection that ended before it began.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            _ = stop.changed() => return,
        };
        // Answers are small and wanted at once.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let service = TowerToHyperService::new(router.clone());
        connections.spawn(async move {
            let io = TokioIo::new(WriteDeadline::new(stream, patience));
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(patience)
                .max_buf_size(64 << 10)
                .serve_connection(io, service)
                .with_upgrades()
                .await;
            if let Err(error) = served {
                tracing::debug!(%error, "a connection ended");
            }
            drop(permit);
        });
        while connections.try_join_next().is_some() {}
    }
}

/// POST of JSON-RPC; a list of methods for a browser.
async fn root(State(rpc): State<Arc<Rpc>>, request: Request) -> Response {
    let (body, _permit) = match read_body(&rpc, request).await {
        Ok(body) => body,
        Err(error) => return error_page(StatusCode::BAD_REQUEST, None, error),
    };
    if body.is_empty() {
        return ([(header::CONTENT_TYPE, "text/html")], routes::list(rpc.address)).into_response();
    }
    match answer_body(rpc, body).await {
        Ok(None) => StatusCode::OK.into_response(),
        Ok(Some(json)) => json_page(StatusCode::OK, json),
        Err((status, error)) => error_page(status, None, error),
    }
}

/// The answers to a body of JSON-RPC; `None` when it holds notifications only.
async fn answer_body(rpc: Arc<Rpc>, body: Bytes) -> Result<Option<String>, (StatusCode, RpcError)> {
    // Checks of transactions and queries take processor time: off the threads that serve sockets.
    let working = rpc.clone();
    let begun = tokio::task::spawn_blocking(move || {
        let invalid = |error: RpcError| (StatusCode::INTERNAL_SERVER_ERROR, error);
        let text = std::str::from_utf8(&body)
            .map_err(|error| invalid(RpcError::parse(format!("error unmarshaling request: {error}"))))?;
        let (requests, is_batch) = jsonrpc::parse_body(text).map_err(invalid)?;
        let most = working.limits.batch;
        if is_batch && requests.len() > most {
            let error = format!("batch request exceeds maximum ({most}) allowed number of requests");
            return Err((StatusCode::OK, RpcError::invalid_request(error)));
        }
        let answers = requests.into_iter().filter_map(|request| {
            let id = request.id?;
            Some((id, routes::begin(&working, &request.method, request.params)))
        });
        Ok(answers.collect::<Vec<_>>())
    })
    .await
    .unwrap_or_else(|error| Err((StatusCode::INTERNAL_SERVER_ERROR, RpcError::internal(error))))?;

    let mut responses = Vec::with_capacity(begun.len());
    for (id, begun) in begun {
        let answer = match begun {
            Begun::Done(answer) => answer,
            Begun::Later(answer) => answer.await,
        };
        responses.push(jsonrpc::Response::new(Some(id), answer));
    }
    Ok((!responses.is_empty()).then(|| jsonrpc::batch_to_json(&responses)))
}

/// `/method?param=value`.
async fn uri(State(rpc): State<Arc<Rpc>>, request: Request) -> Response {
    let Some(method) = routes::find(request.uri().path().trim_start_matches('/')) else {
        return (StatusCode::NOT_FOUND, "404 page not found\n").into_response();
    };
    if method.websocket_only {
        return error_page(StatusCode::NOT_FOUND, Some(URI_ID), RpcError::method_not_found());
    }
    let mut query = request.uri().query().unwrap_or_default().to_owned();
    if request.method() == Method::POST {
        // A form carries parameters as the query does.
        match read_body(&rpc, request).await {
            Ok((body, _permit)) => {
                query.push('&');
                query.push_str(&String::from_utf8_lossy(&body));
            }
            Err(error) => return error_page(StatusCode::BAD_REQUEST, None, error),
        }
    }
    let begun = tokio::task::spawn_blocking(move || {
        let params = Params::from_uri(method.params, &query);
        routes::begin_method(&rpc, method, &params)
    })
    .await
    .unwrap_or_else(|error| Begun::Done(Err(RpcError::internal(error))));
    let answer = match begun {
        Begun::Done(answer) => answer,
        Begun::Later(answer) => answer.await,
    };
    let status = if answer.is_ok() { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR };
    json_page(status, jsonrpc::Response::new(Some(URI_ID), answer).to_json())
}

async fn upgrade(State(rpc): State<Arc<Rpc>>, upgrade: WebSocketUpgrade) -> Response {
    // The connection's own permit goes back when the websocket takes over.
    let Ok(permit) = rpc.connections.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many connections\n").into_response();
    };
    upgrade.max_message_size(rpc.limits.body_bytes).max_frame_size(rpc.limits.body_bytes).on_upgrade(
        move |socket| async move {
            websocket::serve(rpc, socket).await;
            drop(permit);
        },
    )
}

/// Reads a body within the limits of size and time. The permit bounds the bytes of all bodies together: it is to be
/// held until the answer stands.
async fn read_body(rpc: &Rpc, request: Request) -> Result<(Bytes, OwnedSemaphorePermit), RpcError> {
    let refuse = |reason: &str| RpcError::invalid_request(format!("error reading request body: {reason}"));
    let most = rpc.limits.body_bytes;
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let patience = Duration::from_secs(rpc.limits.client_seconds);
    if length.is_some_and(|length: usize| length > most) {
        // A client that still writes when the connection closes would never see the answer.
        let _ = timeout(patience, discard(request.into_body(), 2 * most)).await;
        return Err(refuse("http: request body too large"));
    }
    // A body of unknown length may grow to the limit.
    let expected = length.unwrap_or(if request.method() == Method::GET { 0 } else { most });
    let kibibytes = u32::try_from(expected.div_ceil(1_024)).unwrap_or(u32::MAX);
    let permit = timeout(patience, rpc.bodies.clone().acquire_many_owned(kibibytes)).await;
    let permit = permit.ok().and_then(Result::ok).ok_or_else(|| refuse("the node is busy with other requests"))?;
    let body = timeout(patience, collect(request.into_body(), most)).await.map_err(|_| refuse("i/o timeout"))?;
    body.map(|body| (body, permit)).map_err(|reason| refuse(&reason))
}

/// Reads up to `most` bytes of a body and keeps none.
async fn discard(body: Body, most: usize) {
    let mut stream = body.into_data_stream();
    let mut read = 0;
    while read < most
        && let Some(Ok(chunk)) = stream.next().await
    {
        read += chunk.len();
    }
}

async fn collect(body: Body, most: usize) -> Result<Bytes, String> {
    let mut stream = body.into_data_stream();
    let mut collected = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| error.to_string())?;
        if collected.len() + chunk.len() > most {
            return Err("http: request body too large".into());
        }
        collected.extend_from_slice(&chunk);
    }
    Ok(collected.into())
}

fn json_page(status: StatusCode, json: String) -> Response {
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (status, [content_type], json).into_response()
}

fn error_page(status: StatusCode, id: Option<jsonrpc::Id>, error: RpcError) -> Response {
    json_page(status, jsonrpc::Response::new(id, Err(error)).to_json())
}
