// Two recordings side by side. What may differ is named here, with its reason; nothing else may.

// Fields of every step.
const MASKED_FIELDS = {
  time: "each engine has its own clock",
};

// Parts of texts.
const MASKED_TEXTS = [
  // Blocks pass on a node while the scenario thinks, and do not on a chain that produces them
  // on demand.
  [/current blockchain height \d+/g, "current blockchain height H"],
  [/^block height: \d+,/g, "block height: H,"],
  // The line of the node's Go source from which an error came.
  [/ \[[\w./@-]+\.go:\d+\]/g, ""],
];

// Steps that differ on purpose. They run, and count as not equal.
const DIFFERENT = {
  "a batch of eleven": "nyxlet takes longer batches than a node's default",
};

export function compare(recorded, replayed) {
  const byName = new Map(replayed.map((step) => [step.name, step]));
  const rows = recorded.map((step) => {
    const other = byName.get(step.name);
    const differences = other ? differ(masked(step), masked(other)) : ["the step is missing"];
    const why = differences.length > 0 ? DIFFERENT[step.name] : undefined;
    return { step: step.name, equal: differences.length === 0, ...(why && { why }), differences };
  });
  const names = new Set(recorded.map((step) => step.name));
  for (const { name } of replayed) {
    if (!names.has(name)) rows.push({ step: name, equal: false, differences: ["the step is not in the recording"] });
  }
  return rows;
}

function masked(step) {
  const kept = Object.fromEntries(Object.entries(step).filter(([field]) => !(field in MASKED_FIELDS)));
  return JSON.parse(JSON.stringify(kept, (_, value) => {
    if (typeof value !== "string") return value;
    return MASKED_TEXTS.reduce((text, [pattern, put]) => text.replace(pattern, put), value);
  }));
}

// The paths at which two values differ, with both values.
function differ(one, two, path = "") {
  if (one === two) return [];
  const objects = [one, two].every((value) => value !== null && typeof value === "object");
  if (!objects || Array.isArray(one) !== Array.isArray(two)) {
    return [`${path}: ${short(one)} became ${short(two)}`];
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(two)]);
  return [...keys].flatMap((key) => differ(one[key], two[key], path ? `${path}.${key}` : key));
}

function short(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
