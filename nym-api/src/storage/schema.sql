-- Global data, cached per key generation (docs/protocol/nym-api.md §8).
CREATE TABLE global_coin_index_signatures (epoch_id INTEGER PRIMARY KEY, serialised_signatures BLOB NOT NULL);
CREATE TABLE partial_coin_index_signatures (epoch_id INTEGER PRIMARY KEY, serialised_signatures BLOB NOT NULL);
CREATE TABLE global_expiration_date_signatures (
    expiration_date TEXT NOT NULL,
    epoch_id INTEGER NOT NULL,
    serialised_signatures BLOB NOT NULL,
    PRIMARY KEY (expiration_date, epoch_id)
);
CREATE TABLE partial_expiration_date_signatures (
    expiration_date TEXT NOT NULL,
    epoch_id INTEGER NOT NULL,
    serialised_signatures BLOB NOT NULL,
    PRIMARY KEY (expiration_date, epoch_id)
);

-- The first request signed for a deposit: the only one that is ever signed for it.
CREATE TABLE deposit_request (
    deposit_id INTEGER PRIMARY KEY,
    joined_commitment_hash BLOB NOT NULL,
    joined_private_commitments BLOB NOT NULL,
    ecash_pubkey BLOB NOT NULL,
    expiration_date TEXT NOT NULL,
    ticketbook_type_repr INTEGER NOT NULL
);
CREATE INDEX deposit_request_expiration ON deposit_request (expiration_date);

-- What was answered, once per deposit and key generation. Only a deposit's first answer is a leaf.
CREATE TABLE issued_ticketbook (
    deposit_id INTEGER NOT NULL,
    dkg_epoch_id INTEGER NOT NULL,
    blinded_partial_credential BLOB NOT NULL,
    joined_private_commitments BLOB NOT NULL,
    expiration_date TEXT NOT NULL,
    ticketbook_type_repr INTEGER NOT NULL,
    merkle_leaf BLOB,
    merkle_index INTEGER,
    PRIMARY KEY (deposit_id, dkg_epoch_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX issued_ticketbook_leaves ON issued_ticketbook (expiration_date, merkle_index)
    WHERE merkle_index IS NOT NULL;
CREATE TABLE issued_ticketbooks_count (
    issuance_date TEXT NOT NULL,
    expiration_date TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (issuance_date, expiration_date)
) WITHOUT ROWID;

-- Deposits that were presented under a blacklisted key, with what convicts them.
CREATE TABLE forfeit_evidence (
    deposit_id INTEGER PRIMARY KEY,
    ecash_pubkey TEXT NOT NULL,
    withdrawal_request BLOB NOT NULL,
    signature BLOB NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0
);

-- Spent tickets.
CREATE TABLE ticket_providers (
    id INTEGER PRIMARY KEY,
    gateway_address TEXT NOT NULL UNIQUE,
    last_batch_verification INTEGER
);
CREATE TABLE verified_tickets (
    id INTEGER PRIMARY KEY,
    ticket_data BLOB NOT NULL,
    serial_number BLOB NOT NULL UNIQUE,
    spending_date TEXT NOT NULL,
    verified_at INTEGER NOT NULL,
    gateway_id INTEGER NOT NULL REFERENCES ticket_providers (id),
    coin_index_proof INTEGER NOT NULL,
    redemption INTEGER
);
CREATE INDEX verified_tickets_spending_date ON verified_tickets (spending_date);

-- This signer's shards of spent tickets, and what it aggregated of all signers' (docs/protocol/spent-tickets.md).
CREATE TABLE spent_shard (
    spending_day INTEGER NOT NULL,
    position INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    PRIMARY KEY (spending_day, position)
) WITHOUT ROWID;
CREATE TABLE spent_aggregate (
    spending_day INTEGER NOT NULL,
    position INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    PRIMARY KEY (spending_day, position)
) WITHOUT ROWID;

-- Double spenders, with the two spendings that convict them.
CREATE TABLE double_spend (
    ecash_pubkey TEXT PRIMARY KEY,
    first_spending BLOB NOT NULL,
    second_spending BLOB NOT NULL,
    detected_at INTEGER NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0
);

-- Votes that were decided and are not on the chain yet.
CREATE TABLE pending_vote (
    proposal_id INTEGER PRIMARY KEY,
    yes INTEGER NOT NULL,
    provider TEXT
);
