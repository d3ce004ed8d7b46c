//! The bank's messages.

use std::collections::BTreeMap;

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        bank::v1beta1::{Input, MsgMultiSend, MsgMultiSendResponse, MsgSend, MsgSendResponse, Output},
        base::v1beta1::Coin as ProtoCoin,
    },
};
use prost::{Message, Name};
use serde_json::{Value, json};

use super::{
    Coin,
    send::{receive, spend},
    send_coins,
    state::{is_send_enabled, params},
};
use crate::{
    address,
    app::{Context, event},
    error::{ExecResult, Root, SdkError},
    modules::{auth, coins},
    tx::{COIN, Field, Fields, Kind, amino},
};

pub(super) const SEND: &str = "/cosmos.bank.v1beta1.MsgSend";
pub(super) const MULTI_SEND: &str = "/cosmos.bank.v1beta1.MsgMultiSend";

pub(super) static SEND_FIELDS: Fields =
    Fields { name: "*types.MsgSend", fields: &[Field(1, Kind::Bytes), Field(2, Kind::Bytes), Field(3, COINS)] };

pub(super) static MULTI_SEND_FIELDS: Fields = Fields {
    name: "*types.MsgMultiSend",
    fields: &[
        Field(1, Kind::Message(&Fields { name: "*types.Input", fields: &[Field(1, Kind::Bytes), Field(2, COINS)] })),
        Field(2, Kind::Message(&Fields { name: "*types.Output", fields: &[Field(1, Kind::Bytes), Field(2, COINS)] })),
    ],
};

const COINS: Kind = Kind::Message(&COIN);

pub(super) fn signers(msg: &Any) -> Result<Vec<Vec<u8>>, SdkError> {
    let signers = match msg.type_url.as_str() {
        SEND => vec![decode::<MsgSend>(msg)?.from_address],
        _ => decode::<MsgMultiSend>(msg)?.inputs.into_iter().map(|input| input.address).collect(),
    };
    signers.iter().map(|signer| address::decode(signer).map_err(SdkError::unregistered)).collect()
}

pub(super) fn amino_json(msg: &Any) -> Option<Value> {
    if msg.type_url == SEND {
        let msg: MsgSend = decode(msg).ok()?;
        let mut value = json!({ "amount": amino::coins(&msg.amount) });
        for (name, address) in [("from_address", msg.from_address), ("to_address", msg.to_address)] {
            if !address.is_empty() {
                value[name] = json!(address);
            }
        }
        return Some(json!({ "type": "cosmos-sdk/MsgSend", "value": value }));
    }
    let msg: MsgMultiSend = decode(msg).ok()?;
    let side = |address: &str, coins| json!({ "address": address, "coins": amino::coins(coins) });
    let inputs: Value = msg.inputs.iter().map(|input| side(&input.address, &input.coins)).collect();
    let outputs: Value = msg.outputs.iter().map(|output| side(&output.address, &output.coins)).collect();
    Some(json!({ "type": "cosmos-sdk/MsgMultiSend", "value": { "inputs": inputs, "outputs": outputs } }))
}

pub(super) fn handle(ctx: &Context, msg: &Any) -> ExecResult<Any> {
    match msg.type_url.as_str() {
        SEND => send(ctx, &decode(msg)?).map(|()| response(&MsgSendResponse {})),
        _ => multi_send(ctx, &decode(msg)?).map(|()| response(&MsgMultiSendResponse {})),
    }
}

fn send(ctx: &Context, msg: &MsgSend) -> ExecResult<()> {
    let from = parse_address("from", &msg.from_address)?;
    let to = parse_address("to", &msg.to_address)?;
    let amount = coins::parse(&msg.amount)?;
    if amount.is_empty() {
        return Err(Root::InvalidCoins.wrap("").into());
    }
    require_send_enabled(ctx, &amount)?;
    require_open(&to, &msg.to_address)?;
    send_coins(ctx, &from, &to, &amount)
}

fn multi_send(ctx: &Context, msg: &MsgMultiSend) -> ExecResult<()> {
    let input = match &msg.inputs[..] {
        [] => return Err(SdkError::new("bank", 2, "no inputs to send transaction").into()),
        [input] => input,
        _ => return Err(SdkError::new("bank", 9, "multiple senders not allowed").into()),
    };
    if msg.outputs.is_empty() {
        return Err(SdkError::new("bank", 3, "no outputs to send transaction").into());
    }
    let (from, total, outputs) = validate(input, &msg.outputs)?;
    require_send_enabled(ctx, &total)?;
    for (to, _, text) in &outputs {
        require_open(to, text)?;
    }

    ctx.events.emit(event("message", [("sender", input.address.clone())]));
    for (to, ..) in &outputs {
        auth::create_if_absent(ctx, to)?;
    }
    spend(ctx, &from, &address::encode(&from), &total)?;
    for (to, amount, text) in &outputs {
        receive(ctx, to, &address::encode(to), amount)?;
        let attributes =
            [("recipient", (*text).to_owned()), ("sender", input.address.clone()), ("amount", coins::text(amount))];
        ctx.events.emit(event("transfer", attributes));
    }
    Ok(())
}

type Outputs<'a> = Vec<(Vec<u8>, Vec<Coin>, &'a str)>;

/// Checks that the input and every output are well-formed and that their sums agree.
fn validate<'a>(input: &Input, outputs: &'a [Output]) -> Result<(Vec<u8>, Vec<Coin>, Outputs<'a>), SdkError> {
    let from = parse_address("input", &input.address)?;
    let total = positive(&input.coins)?;
    let mut sum = BTreeMap::<String, u128>::new();
    let mut parsed = Vec::with_capacity(outputs.len());
    for output in outputs {
        let to = parse_address("output", &output.address)?;
        let amount = positive(&output.coins)?;
        for coin in &amount {
            let slot = sum.entry(coin.denom.clone()).or_default();
            *slot = slot.checked_add(coin.amount).ok_or_else(mismatch)?;
        }
        parsed.push((to, amount, output.address.as_str()));
    }
    let equal = total.len() == sum.len()
        && total.iter().all(|coin| sum.get(&coin.denom).is_some_and(|amount| *amount == coin.amount));
    if equal { Ok((from, total, parsed)) } else { Err(mismatch()) }
}

fn mismatch() -> SdkError {
    SdkError::new("bank", 4, "sum inputs != sum outputs")
}

fn positive(coins: &[ProtoCoin]) -> Result<Vec<Coin>, SdkError> {
    if coins.is_empty() {
        return Err(Root::InvalidCoins.wrap(""));
    }
    coins::parse(coins)
}

fn parse_address(which: &str, text: &str) -> Result<Vec<u8>, SdkError> {
    address::decode(text).map_err(|error| Root::InvalidAddress.wrap(format!("invalid {which} address: {error}")))
}

/// Checks that every denom may be sent; the parameters are read once.
///
/// # Errors
/// A denom is switched off, or gas runs out.
pub fn require_send_enabled(ctx: &Context, amount: &[Coin]) -> ExecResult<()> {
    let default = params(ctx)?.default_send_enabled;
    for coin in amount {
        if !is_send_enabled(ctx, &coin.denom, default)? {
            let error = SdkError::new("bank", 5, "send transactions are disabled");
            return Err(error.wrap(format!("{} transfers are currently disabled", coin.denom)).into());
        }
    }
    Ok(())
}

fn require_open(to: &[u8], text: &str) -> ExecResult<()> {
    if auth::is_blocked(to) {
        return Err(Root::Unauthorized.wrap(format!("{text} is not allowed to receive funds")).into());
    }
    Ok(())
}

fn decode<M: Message + Default>(msg: &Any) -> Result<M, SdkError> {
    M::decode(&msg.value[..]).map_err(|error| Root::TxDecode.wrap(error))
}

fn response<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}
