import { newReceiptCode, openCode, receiptDigest, sealCode } from './receipt.ts';

describe('a receipt code', () => {
  it('has 128 bits, in groups', () => {
    const codes = Array.from({ length: 50 }, () => newReceiptCode());
    for (const code of codes) expect(code).toMatch(/^[0-9A-F]{4}(-[0-9A-F]{4}){7}$/u);
    expect(new Set(codes).size).toBe(50);
  });

  it('is known again however it is typed, and is not what is stored', () => {
    const code = newReceiptCode();
    const digest = receiptDigest(code);
    expect(receiptDigest(code.toLowerCase().replaceAll('-', ' '))).toBe(digest);
    expect(receiptDigest(newReceiptCode())).not.toBe(digest);
    expect(digest).not.toContain(code);
  });

  it('is opened by the idempotency key that sealed it alone', () => {
    const sealed = sealCode('A-CODE', 'the key of one');
    expect(sealed).not.toContain('A-CODE');
    expect(openCode(sealed, 'the key of one')).toBe('A-CODE');
    expect(() => openCode(sealed, 'the key of another')).toThrow('authenticate');
  });
});
