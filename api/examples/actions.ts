// Lists a council's overdue actions and adds one, with addresses, values and members checked by the compiler.
//
//   npx openapi-typescript openapi.yaml -o tracker.d.ts     the types, made from the description
//   INSPECTD_URL=http://127.0.0.1:8080 INSPECTD_KEY=... node actions.js AUTHORITY

import createClient from "openapi-fetch";
import { randomUUID } from "node:crypto";
import type { components, paths } from "./tracker.js";

type Action = components["schemas"]["ActionRow"];

const tracker = createClient<paths, "application/json" | "application/problem+json">({
    baseUrl: process.env.INSPECTD_URL,
    headers: { Authorization: `Bearer ${process.env.INSPECTD_KEY}` },
    querySerializer: { array: { style: "form", explode: false } }, // several values of a filter stand between commas
});

async function overdue(authority: string): Promise<Action[]> {
    const found: Action[] = [];
    let cursor: string | undefined;
    do {
        const { data, error } = await tracker.GET("/v1/actions", {
            params: {
                query: {
                    authority_id: [authority],
                    status: ["not_started", "in_progress"],
                    overdue: true,
                    sort: ["due_on"],
                    limit: 100,
                    cursor,
                },
            },
        });
        if (error) throw new Error(`${error.title}: ${error.detail}`);
        found.push(...data.data);
        cursor = data.page.next_cursor ?? undefined;
    } while (cursor);
    return found;
}

async function add(authority: string, title: string): Promise<Action> {
    const { data, error } = await tracker.POST("/v1/actions", {
        params: { header: { "Idempotency-Key": randomUUID() } },
        body: { authority_id: authority, title, due_on: "2027-03-31" },
    });
    if (error) throw new Error(`${error.title}: ${error.detail}`);
    return data;
}

const authority = process.argv[2] ?? "806";
for (const action of await overdue(authority)) console.log(`${action.due_on} ${action.title}`);
console.log((await add(authority, "Supervise every social worker monthly")).id);
