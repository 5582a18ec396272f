// Ask the endpoints SOURCES (JSON) the query TEXT and write the answer as FORMAT to stdout.
import { QueryEngine } from "@comunica/query-sparql";

const [sources, text, format] = process.argv.slice(2);
const engine = new QueryEngine();
const answer = await engine.query(text, { sources: JSON.parse(sources) });
const { data } = await engine.resultToString(answer, format);
data.pipe(process.stdout);
