// JSON-RPC as explorers and careless clients use it: searches, bad parameters, bad bodies.

const post = (body) => ({ method: "POST", body, headers: { "content-type": "application/json" } });

export async function rpc(t, { cw20 }) {
  const hashes = ({ txs, total_count }) => ({ hashes: txs.map(({ hash }) => hash), total_count });
  const search = (query, more = {}) => ({ query, prove: false, page: "1", per_page: "10", order_by: "asc", ...more });
  await t.rpc("search by sender", "tx_search", search(`message.sender='${t.chain.accounts[1]}'`), hashes);
  await t.rpc("search by sender, newest first", "tx_search", search(`message.sender='${t.chain.accounts[1]}'`, { order_by: "desc" }), hashes);
  await t.rpc("search by contract", "tx_search", search(`wasm._contract_address='${cw20}'`, { per_page: "3" }), hashes);
  await t.rpc("search by contract, second page", "tx_search", search(`wasm._contract_address='${cw20}'`, { per_page: "3", page: "2" }), hashes);
  await t.rpc("search by two conditions", "tx_search", search(`wasm._contract_address='${cw20}' AND wasm.action='mint'`), hashes);
  await t.rpc("search by existence", "tx_search", search("wasm.proposal_id EXISTS"), hashes);
  await t.rpc("search by text within", "tx_search", search("wasm.action CONTAINS 'mint'"), hashes);
  await t.rpc("search for what is not", "tx_search", search("wasm.action='nothing'"), hashes);
  await t.rpc("search on a page that is not", "tx_search", search("wasm.action='mint'", { page: "9" }), hashes);
  await t.rpc("search on page 0", "tx_search", search("wasm.action='mint'", { page: "0" }), hashes);
  await t.rpc("search in an unknown order", "tx_search", search("wasm.action='mint'", { order_by: "random" }), hashes);
  await t.rpc("search by what is no query", "tx_search", search("this is no query"), hashes);
  await t.rpc("search by an empty query", "tx_search", search(""), hashes);
  await t.rpc("search by a query cut short", "tx_search", search("wasm.action='mint"), hashes);

  await t.rpc("transaction of a hash that is not", "tx", { hash: Buffer.alloc(32).toString("base64") });
  await t.rpc("transaction of a hash too short", "tx", { hash: "AAAA" });
  await t.rpc("block in the future", "block", { height: "900000000" });
  await t.rpc("block 0", "block", { height: "0" });
  await t.rpc("block -1", "block", { height: "-1" });
  await t.rpc("block of a height that is a word", "block", { height: "high" });
  await t.rpc("block of a hash that is not", "block_by_hash", { hash: Buffer.alloc(32).toString("base64") });
  await t.rpc("results of a block in the future", "block_results", { height: "900000000" });
  await t.rpc("validators on a page that is not", "validators", { page: "7" });
  await t.rpc("health", "health");
  await t.rpc("unconfirmed transactions", "num_unconfirmed_txs");
  await t.rpc("consensus parameters", "consensus_params", { height: "1001" }, ({ consensus_params }) => consensus_params);
  await t.rpc("genesis chunk that is not", "genesis_chunked", { chunk: "99" });

  const abci = (path, data, more = {}) => ({ path, data, height: "0", prove: false, ...more });
  await t.rpc("query an unknown path", "abci_query", abci("/nym.v1.Query/Nothing", ""), response);
  await t.rpc("query a path of one word", "abci_query", abci("nothing", ""), response);
  await t.rpc("query an empty path", "abci_query", abci("", ""), response);
  await t.rpc("query an unknown method", "abci_query", abci("/cosmos.bank.v1beta1.Query/Nothing", ""), response);
  await t.rpc("query with garbage", "abci_query", abci("/cosmos.bank.v1beta1.Query/Balance", "ffffff"), response);
  await t.rpc("query with nothing", "abci_query", abci("/cosmos.bank.v1beta1.Query/Balance", ""), response);
  await t.rpc("query a height in the future", "abci_query", abci("/cosmos.bank.v1beta1.Query/Balance", "", { height: "900000000" }), response);
  await t.rpc("query a height below zero", "abci_query", abci("/cosmos.bank.v1beta1.Query/Balance", "", { height: "-3" }), response);
  await t.rpc("query with data that is no hex", "abci_query", abci("/cosmos.bank.v1beta1.Query/Balance", "xyz"), response);
  await t.rpc("query what a contract is with garbage", "abci_query", abci("/cosmwasm.wasm.v1.Query/ContractInfo", "ff"), response);

  await t.rpc("an unknown method", "eth_blockNumber");
  await t.rpc("broadcast without a transaction", "broadcast_tx_sync");
  await t.rpc("broadcast what is no base64", "broadcast_tx_sync", { tx: "%%%" });
  await t.rpc("parameters of the wrong kind", "abci_query", { path: 5 });
  await t.rpc("a parameter that no one knows", "health", { more: "1" });
  await t.rpc("parameters by position", "block", ["900000000"]);
  await t.rpc("too many parameters by position", "block", ["1", "2"]);

  await t.raw("a body that is no JSON", "", post("{no json"));
  await t.raw("an empty body", "", post(""), (text) => text.slice(0, 36));
  await t.raw("an empty batch", "", post("[]"));
  await t.raw("a batch of two", "", post(JSON.stringify([
    { jsonrpc: "2.0", id: 1, method: "health", params: {} }, { jsonrpc: "2.0", id: "two", method: "nothing", params: {} },
  ])));
  await t.raw("a batch of eleven", "", post(JSON.stringify(
    Array.from({ length: 11 }, (_, id) => ({ jsonrpc: "2.0", id, method: "health", params: {} })),
  )));
  await t.raw("a notification", "", post(JSON.stringify({ jsonrpc: "2.0", method: "health", params: {} })));
  await t.raw("an id that is an object", "", post(JSON.stringify({ jsonrpc: "2.0", id: {}, method: "health", params: {} })));
  await t.raw("another version of JSON-RPC", "", post(JSON.stringify({ jsonrpc: "1.0", id: 1, method: "health", params: {} })));
  await t.raw("a request without method", "", post(JSON.stringify({ jsonrpc: "2.0", id: 1 })));
  await t.raw("a number for a body", "", post("5"));
  await t.raw("a body that is too large", "", post(`{"jsonrpc":"2.0","id":1,"method":"broadcast_tx_sync","params":{"tx":"${"A".repeat(4_300_000)}"}}`));
  await t.raw("health by GET", "/health", {});
  await t.raw("a transaction by GET", `/tx?hash=0x${"00".repeat(32)}`, {});
  await t.raw("a block by GET with a word for its height", "/block?height=high", {});
  await t.raw("a block by GET in the future", "/block?height=900000000", {});
  await t.raw("a query by GET", "/abci_query?path=%22/nothing%22", {}, (text) => JSON.stringify(response(JSON.parse(text).result)));
  await t.raw("an unknown path by GET", "/nothing", {}, (text) => text.slice(0, 60));
}

// Heights pass while the scenario runs; all else of an answer stays.
function response({ response }) {
  const { height, ...rest } = response;
  return rest;
}
