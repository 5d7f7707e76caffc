// Goes to netlify/functions/unsubscribe.mjs of your site; unsubscribe.mjs, in which the settings
// are explained, goes to netlify/unsubscribe.mjs.
import { answer } from "../unsubscribe.mjs";

export default (request) => answer(request, process.env);

export const config = { path: "/unsubscribe/:token" };
