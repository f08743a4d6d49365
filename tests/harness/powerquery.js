// Parses a query of Power Query's language M, and tells as JSON what requests it makes and what of the answers it reads.
// usage: node harness/powerquery.js FILE.pq
const fs = require("fs");
const pq = require("@microsoft/powerquery-parser");

const { NodeKind } = pq.Language.Ast;

function* below(node) {
    if (!node || typeof node !== "object") return;
    if (node.kind) yield node;
    for (const [name, value] of Object.entries(node))
        if (name !== "tokenRange") for (const child of Array.isArray(value) ? value : [value]) yield* below(child);
}

const first = (node, kind) => [...below(node)].find((found) => found.kind === kind);

// A text as it is; a name as {name}; what is put together by its parts.
function value(node) {
    if (node.kind === NodeKind.LiteralExpression) return JSON.parse(node.literal);
    if (node.kind === NodeKind.RecordExpression) return record(node);
    const parts = [...below(node)].filter((n) => n.kind === NodeKind.LiteralExpression || n.kind === NodeKind.Identifier);
    return parts.map((n) => (n.kind === NodeKind.Identifier ? { name: n.literal } : JSON.parse(n.literal)));
}

function record(node) {
    return Object.fromEntries(
        node.content.elements.map(({ node: pair }) => [
            pair.key.literal,
            // Query = [always] & (if … then [] else [sometimes]): all of them
            pair.value.kind === NodeKind.ArithmeticExpression && first(pair.value, NodeKind.RecordExpression)
                ? Object.assign({}, ...[...below(pair.value)].filter((n) => n.kind === NodeKind.RecordExpression).map(record))
                : value(pair.value),
        ]),
    );
}

function requests(ast) {
    return [...below(ast)]
        .filter((node) => node.kind === NodeKind.RecursivePrimaryExpression)
        .filter((node) => first(node.head, NodeKind.Identifier)?.literal === "Web.Contents")
        .map((node) => record(first(node.recursiveExpressions, NodeKind.RecordExpression)));
}

// The members that it reads of records: [page][next_cursor], and those of the table that it makes.
function members(ast) {
    const selected = [...below(ast)].filter((node) => node.kind === NodeKind.FieldSelector);
    return [...new Set(selected.map((node) => first(node.content, NodeKind.GeneralizedIdentifier).literal))];
}

function listed(ast) {
    const lists = [...below(ast)].filter((node) => node.kind === NodeKind.IdentifierPairedExpression && node.key.literal === "Members");
    return lists.flatMap((list) => [...below(list.value)].filter((n) => n.kind === NodeKind.LiteralExpression).map((n) => JSON.parse(n.literal)));
}

pq.TaskUtils.tryLexParse(pq.DefaultSettings, fs.readFileSync(process.argv[2], "utf8")).then((task) => {
    if (!pq.TaskUtils.isParseStageOk(task)) {
        console.error(task.error?.message ?? "it cannot be parsed");
        process.exit(1);
    }
    console.log(JSON.stringify({ requests: requests(task.ast), members: members(task.ast), listed: listed(task.ast) }));
});
