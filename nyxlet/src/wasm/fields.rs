//! The fields that the module's messages may have: a transaction with others is refused.

use crate::tx::{COIN, Field, Fields, Kind};

const TEXT: Kind = Kind::Bytes;
const BYTES: Kind = Kind::Bytes;
const NUMBER: Kind = Kind::Varint;
const COINS: Kind = Kind::Message(&COIN);
const ACCESS: Kind =
    Kind::Message(&Fields { name: "*types.AccessConfig", fields: &[Field(1, NUMBER), Field(3, TEXT)] });

/// The fields of a message by its name without the package.
pub fn of(name: &str) -> Option<&'static Fields> {
    FIELDS.iter().find(|fields| fields.name.strip_prefix("*types.") == Some(name))
}

static FIELDS: [Fields; 17] = [
    Fields { name: "*types.MsgStoreCode", fields: &[Field(1, TEXT), Field(2, BYTES), Field(5, ACCESS)] },
    Fields {
        name: "*types.MsgInstantiateContract",
        fields: &[Field(1, TEXT), Field(2, TEXT), Field(3, NUMBER), Field(4, TEXT), Field(5, BYTES), Field(6, COINS)],
    },
    Fields {
        name: "*types.MsgInstantiateContract2",
        fields: &[
            Field(1, TEXT),
            Field(2, TEXT),
            Field(3, NUMBER),
            Field(4, TEXT),
            Field(5, BYTES),
            Field(6, COINS),
            Field(7, BYTES),
            Field(8, NUMBER),
        ],
    },
    Fields {
        name: "*types.MsgExecuteContract",
        fields: &[Field(1, TEXT), Field(2, TEXT), Field(3, BYTES), Field(5, COINS)],
    },
    Fields {
        name: "*types.MsgMigrateContract",
        fields: &[Field(1, TEXT), Field(2, TEXT), Field(3, NUMBER), Field(4, BYTES)],
    },
    Fields { name: "*types.MsgUpdateAdmin", fields: &[Field(1, TEXT), Field(2, TEXT), Field(3, TEXT)] },
    Fields { name: "*types.MsgClearAdmin", fields: &[Field(1, TEXT), Field(3, TEXT)] },
    Fields { name: "*types.MsgUpdateInstantiateConfig", fields: &[Field(1, TEXT), Field(2, NUMBER), Field(3, ACCESS)] },
    Fields { name: "*types.MsgUpdateContractLabel", fields: &[Field(1, TEXT), Field(2, TEXT), Field(3, TEXT)] },
    Fields {
        name: "*types.MsgUpdateParams",
        fields: &[
            Field(1, TEXT),
            Field(2, Kind::Message(&Fields { name: "*types.Params", fields: &[Field(1, ACCESS), Field(2, NUMBER)] })),
        ],
    },
    Fields { name: "*types.MsgSudoContract", fields: &[Field(1, TEXT), Field(2, TEXT), Field(3, BYTES)] },
    Fields { name: "*types.MsgPinCodes", fields: &[Field(1, TEXT), Field(2, NUMBER)] },
    Fields { name: "*types.MsgUnpinCodes", fields: &[Field(1, TEXT), Field(2, NUMBER)] },
    Fields {
        name: "*types.MsgStoreAndInstantiateContract",
        fields: &[
            Field(1, TEXT),
            Field(3, BYTES),
            Field(4, ACCESS),
            Field(5, NUMBER),
            Field(6, TEXT),
            Field(7, TEXT),
            Field(8, BYTES),
            Field(9, COINS),
            Field(10, TEXT),
            Field(11, TEXT),
            Field(12, BYTES),
        ],
    },
    Fields {
        name: "*types.MsgStoreAndMigrateContract",
        fields: &[Field(1, TEXT), Field(2, BYTES), Field(3, ACCESS), Field(4, TEXT), Field(5, BYTES)],
    },
    Fields { name: "*types.MsgAddCodeUploadParamsAddresses", fields: &[Field(1, TEXT), Field(2, TEXT)] },
    Fields { name: "*types.MsgRemoveCodeUploadParamsAddresses", fields: &[Field(1, TEXT), Field(2, TEXT)] },
];
