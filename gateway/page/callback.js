/** The page that a provider sends people back to. */
import { comeBack } from './sign-in.js';

void comeBack(document.querySelector('#state'));
