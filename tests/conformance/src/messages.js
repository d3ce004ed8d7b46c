// Messages as CosmJS encodes them, short to write.

import { toUtf8 } from "@cosmjs/encoding";
import { MsgMultiSend, MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import {
  MsgClearAdmin,
  MsgExecuteContract,
  MsgInstantiateContract,
  MsgInstantiateContract2,
  MsgMigrateContract,
  MsgStoreCode,
  MsgUpdateAdmin,
} from "cosmjs-types/cosmwasm/wasm/v1/tx";

export const json = (message) => toUtf8(JSON.stringify(message));
export const base64 = (bytes) => Buffer.from(bytes).toString("base64");
export const unym = (amount) => [{ denom: "unym", amount: String(amount) }];

const encoded = (typeUrl, type) => (fields) => ({ typeUrl, value: type.fromPartial(fields) });
const wasm = (name, type) => encoded(`/cosmwasm.wasm.v1.${name}`, type);

export const multiSend = encoded("/cosmos.bank.v1beta1.MsgMultiSend", MsgMultiSend);
const msgSend = encoded("/cosmos.bank.v1beta1.MsgSend", MsgSend);
export const send = (fromAddress, toAddress, amount) => msgSend({ fromAddress, toAddress, amount });
export const store = (sender, wasmByteCode, instantiatePermission) =>
  wasm("MsgStoreCode", MsgStoreCode)({ sender, wasmByteCode, instantiatePermission });
export const instantiate = (sender, codeId, msg, label, { admin = "", funds = [] } = {}) =>
  wasm("MsgInstantiateContract", MsgInstantiateContract)({
    sender, codeId: BigInt(codeId), msg: json(msg), label, admin, funds,
  });
export const instantiate2 = (sender, codeId, msg, label, salt, { admin = "", funds = [], fixMsg = false } = {}) =>
  wasm("MsgInstantiateContract2", MsgInstantiateContract2)({
    sender, codeId: BigInt(codeId), msg: json(msg), label, salt, admin, funds, fixMsg,
  });
export const execute = (sender, contract, msg, funds = []) =>
  wasm("MsgExecuteContract", MsgExecuteContract)({ sender, contract, msg: json(msg), funds });
export const executeBytes = (sender, contract, msg) =>
  wasm("MsgExecuteContract", MsgExecuteContract)({ sender, contract, msg, funds: [] });
export const migrate = (sender, contract, codeId, msg) =>
  wasm("MsgMigrateContract", MsgMigrateContract)({ sender, contract, codeId: BigInt(codeId), msg: json(msg) });
export const updateAdmin = (sender, contract, newAdmin) =>
  wasm("MsgUpdateAdmin", MsgUpdateAdmin)({ sender, contract, newAdmin });
export const clearAdmin = (sender, contract) => wasm("MsgClearAdmin", MsgClearAdmin)({ sender, contract });

// The address of the contract that an instantiation made.
export function contractOf(result, nth = 0) {
  const made = result.events.filter(([kind]) => kind === "instantiate");
  return made[nth]?.[1].find(([key]) => key === "_contract_address")?.[1];
}
