import fc from 'fast-check';

import { propertySeed } from './config.ts';

fc.configureGlobal({ seed: propertySeed });
