// Keyboard, boxes that find, live messages and sums. Pages work without it, but for the palette.
import { setUpBoxes, setUpKeys } from "./keys.js";
import { setUpFields } from "./fields.js";
import { setUpCounting } from "./counting.js";
import { setUpLive } from "./live.js";
import { setUpSession } from "./session.js";

setUpKeys();
setUpBoxes();
setUpFields();
setUpCounting();
setUpLive();
setUpSession();
