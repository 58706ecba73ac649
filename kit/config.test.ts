import {
  ConfigError,
  flag,
  oneOf,
  optional,
  port,
  readConfig,
  text,
  wholeNumber,
} from './config.ts';

it('reads what is set and falls back for the rest', () => {
  const settings = {
    PORT: port(4000),
    HOST: text('127.0.0.1'),
    MONGODB_URI: optional(),
    GATEWAY_OPEN: flag(false),
    LOG_LEVEL: oneOf(['info', 'warn'], 'info'),
  };
  expect(readConfig({ PORT: '0', GATEWAY_OPEN: 'true', HOST: '' }, settings)).toEqual({
    PORT: 0,
    HOST: '127.0.0.1',
    MONGODB_URI: null,
    GATEWAY_OPEN: true,
    LOG_LEVEL: 'info',
  });
});

it('names every fault at once', () => {
  const settings = {
    PORT: port(4000),
    SECRET: text(),
    OPEN: flag(false),
    LEVEL: oneOf(['a', 'b'], 'a'),
    DEPTH: wholeNumber(10, 1, 50),
  };
  const faulty = { PORT: '70000', OPEN: 'yes', LEVEL: 'c', DEPTH: '1.5' };
  expect(() => readConfig(faulty, settings)).toThrow(
    new ConfigError([
      'PORT: must be a whole number from 0 to 65535',
      'SECRET: must be set',
      'OPEN: must be true or false',
      'LEVEL: must be one of a, b',
      'DEPTH: must be a whole number from 1 to 50',
    ]),
  );
});
