// Keyboard, palette, live messages and denominations. Pages work without it, but for the palette.
import { setUpKeys } from "./keys.js";
import { setUpFields } from "./fields.js";
import { setUpCounting } from "./counting.js";

setUpKeys();
setUpFields();
setUpCounting();
