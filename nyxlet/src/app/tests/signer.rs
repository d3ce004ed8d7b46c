//! A chain in memory and accounts that sign for it.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        bank::v1beta1::MsgSend,
        base::v1beta1::Coin,
        crypto::secp256k1,
        tx::v1beta1::{AuthInfo, Fee, ModeInfo, SignDoc, SignerInfo, TxRaw, mode_info},
    },
};
use k256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use prost::{Message, Name};
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};
use tendermint_proto::v0_38::abci::{Event, ExecTxResult};

use crate::{
    address,
    app::{App, AppOptions, BlockInfo, Genesis, GenesisAccount},
    store::Db,
    tx::TxBody,
};

pub(crate) const CHAIN_ID: &str = "nyx";

/// An account with its key.
pub(crate) struct Signer {
    key: SigningKey,
    pub(crate) number: u64,
}

/// What a transaction has beside its messages; the defaults make a valid one.
#[derive(Clone)]
pub(crate) struct Tweak {
    pub(crate) fee: Vec<Coin>,
    pub(crate) gas: u64,
    pub(crate) sequence: u64,
    pub(crate) chain_id: String,
    pub(crate) body: TxBody,
    pub(crate) mode: i32,
    pub(crate) break_signature: bool,
    pub(crate) with_key: bool,
    pub(crate) payer: String,
    pub(crate) granter: String,
}

impl Tweak {
    pub(crate) fn sequence(sequence: u64) -> Self {
        Self {
            fee: vec![coin(5000, "unym")],
            gas: 200_000,
            sequence,
            chain_id: CHAIN_ID.into(),
            body: TxBody::default(),
            mode: 1,
            break_signature: false,
            with_key: true,
            payer: String::new(),
            granter: String::new(),
        }
    }
}

pub(crate) fn coin(amount: u128, denom: &str) -> Coin {
    Coin { denom: denom.into(), amount: amount.to_string() }
}

impl Signer {
    pub(crate) fn new(seed: u8, number: u64) -> Self {
        Self { key: SigningKey::from_slice(&[seed; 32]).unwrap(), number }
    }

    pub(crate) fn raw_address(&self) -> Vec<u8> {
        let key = self.key.verifying_key().to_encoded_point(true);
        Ripemd160::digest(Sha256::digest(key.as_bytes())).to_vec()
    }

    pub(crate) fn address(&self) -> String {
        address::encode(&self.raw_address())
    }

    pub(crate) fn send(&self, to: &str, amount: Vec<Coin>) -> Any {
        let msg = MsgSend { from_address: self.address(), to_address: to.into(), amount };
        Any { type_url: MsgSend::type_url(), value: msg.encode_to_vec() }
    }

    pub(crate) fn sign(&self, messages: Vec<Any>, tweak: &Tweak) -> Vec<u8> {
        let key = self.key.verifying_key().to_encoded_point(true).as_bytes().to_vec();
        let public_key = secp256k1::PubKey { key };
        let any = Any { type_url: secp256k1::PubKey::type_url(), value: public_key.encode_to_vec() };
        let single = mode_info::Single { mode: tweak.mode };
        let info = SignerInfo {
            public_key: tweak.with_key.then_some(any),
            mode_info: Some(ModeInfo { sum: Some(mode_info::Sum::Single(single)) }),
            sequence: tweak.sequence,
        };
        let fee = Fee {
            amount: tweak.fee.clone(),
            gas_limit: tweak.gas,
            payer: tweak.payer.clone(),
            granter: tweak.granter.clone(),
        };
        #[allow(deprecated, reason = "the field is part of the message")]
        let auth_info = AuthInfo { signer_infos: vec![info], fee: Some(fee), tip: None };
        let body = TxBody { messages, ..tweak.body.clone() };
        let document = SignDoc {
            body_bytes: body.encode_to_vec(),
            auth_info_bytes: auth_info.encode_to_vec(),
            chain_id: tweak.chain_id.clone(),
            account_number: self.number,
        };
        let signed = if tweak.mode == 127 { self.amino_bytes(&body, tweak) } else { document.encode_to_vec() };
        let signature: Signature = self.key.sign(&signed);
        let mut signature = signature.to_vec();
        if tweak.break_signature {
            signature[40] ^= 1;
        }
        let raw = TxRaw {
            body_bytes: document.body_bytes,
            auth_info_bytes: document.auth_info_bytes,
            signatures: vec![signature],
        };
        raw.encode_to_vec()
    }
}

impl Signer {
    /// The amino JSON of a transaction with sends of unym, written out by hand.
    fn amino_bytes(&self, body: &TxBody, tweak: &Tweak) -> Vec<u8> {
        let msg = MsgSend::decode(&body.messages[0].value[..]).unwrap();
        let (fee, amount) = (&tweak.fee[0], &msg.amount[0]);
        format!(
            concat!(
                r#"{{"account_number":"{}","chain_id":"{}","fee":{{"amount":[{{"amount":"{}","denom":"{}"}}],"gas":"{}"}},"#,
                r#""memo":"{}","msgs":[{{"type":"cosmos-sdk/MsgSend","value":{{"amount":[{{"amount":"{}","denom":"{}"}}],"#,
                r#""from_address":"{}","to_address":"{}"}}}}],"sequence":"{}"}}"#
            ),
            self.number,
            tweak.chain_id,
            fee.amount,
            fee.denom,
            tweak.gas,
            body.memo,
            amount.amount,
            amount.denom,
            msg.from_address,
            msg.to_address,
            tweak.sequence,
        )
        .into_bytes()
    }
}

/// A chain with two funded accounts, in memory or in a folder.
pub(crate) struct TestChain {
    pub(crate) db: Db,
    pub(crate) app: App,
    pub(crate) alice: Signer,
    pub(crate) bob: Signer,
}

/// What each account has of each denom at genesis.
pub(crate) const FUNDS: u128 = 1_000_000_000_000_000;

impl TestChain {
    pub(crate) fn new() -> Self {
        Self::on(Db::memory())
    }

    /// Opens the chain on a database, writing the genesis when it is empty.
    pub(crate) fn on(db: Db) -> Self {
        let app = App::open(db.clone(), AppOptions::default()).unwrap();
        let (alice, bob) = (Signer::new(1, 0), Signer::new(2, 1));
        if app.last().is_none() {
            let accounts = [&alice, &bob]
                .map(|signer| GenesisAccount {
                    address: signer.address(),
                    coins: [("unym".to_owned(), FUNDS), ("unyx".to_owned(), FUNDS)].into(),
                })
                .to_vec();
            let genesis = Genesis {
                chain_id: CHAIN_ID.into(),
                time_nanos: 1_700_000_000_000_000_000,
                initial_height: 1,
                accounts,
                state: None,
            };
            db.commit(app.init_chain(&genesis).unwrap().batch).unwrap();
            app.committed().unwrap();
        }
        Self { db, app, alice, bob }
    }

    /// Produces one block; answers its results, events and app hash.
    pub(crate) fn block(&self, txs: &[Vec<u8>]) -> (Vec<ExecTxResult>, Vec<Event>, [u8; 32]) {
        let (last, _) = self.app.last().unwrap();
        let next = BlockInfo { height: last.height + 1, time_nanos: last.time_nanos + 1_000_000_000, ..last };
        self.app.begin_block(next).unwrap();
        let results = txs.iter().map(|tx| self.app.deliver_tx(tx).unwrap()).collect();
        let outcome = self.app.end_block().unwrap();
        self.db.commit(outcome.batch).unwrap();
        self.app.committed().unwrap();
        (results, outcome.events, outcome.app_hash)
    }

    /// Produces a block with one transaction.
    pub(crate) fn deliver(&self, tx: Vec<u8>) -> ExecTxResult {
        self.block(&[tx]).0.remove(0)
    }

    pub(crate) fn query<Request: Message, Response: Message + Default>(
        &self,
        path: &str,
        request: &Request,
    ) -> Response {
        let answer = self.app.query(path, &request.encode_to_vec());
        assert_eq!(answer.code, 0, "{}", answer.log);
        Response::decode(answer.value).unwrap()
    }

    pub(crate) fn balance(&self, address: &str, denom: &str) -> u128 {
        use cosmos_sdk_proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
        let request = QueryBalanceRequest { address: address.into(), denom: denom.into() };
        let answer: QueryBalanceResponse = self.query("/cosmos.bank.v1beta1.Query/Balance", &request);
        answer.balance.unwrap().amount.parse().unwrap()
    }
}

/// An event as one line: `type{key=value,…}`.
pub(crate) fn line(event: &Event) -> String {
    let attributes: Vec<_> =
        event.attributes.iter().map(|attribute| format!("{}={}", attribute.key, attribute.value)).collect();
    format!("{}{{{}}}", event.r#type, attributes.join(","))
}
