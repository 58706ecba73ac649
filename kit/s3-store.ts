/** Files in a bucket of an S3-compatible storage, each under its own hash. */
import { createHash } from 'node:crypto';

import { AwsClient } from 'aws4fetch';

/** Where the bucket is and who may write it. */
export interface Bucket {
  /** Such as `https://s3.ap-northeast-2.amazonaws.com`; the bucket is named in the path. */
  endpoint: string;
  region: string;
  bucket: string;
  /** Before the name of every object; may be empty. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** How long one request may take, milliseconds. */
const longestMillis = 30_000;
/** How often a request is repeated that the storage turned down for its own reasons. */
const retries = 3;

/** Keeps bytes in a bucket. */
export interface BytesKept {
  put(bytes: Buffer): Promise<string>;
  get(sha256: string): Promise<Buffer>;
}

/** A bucket as a place for bytes. The storage checks what arrives against the hash that is signed with it. */
export function s3Bytes(place: Bucket): BytesKept {
  const { region, accessKeyId, secretAccessKey } = place;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries });
  const base = `${place.endpoint.replace(/\/+$/u, '')}/${place.bucket}/${place.prefix}`;
  const addressOf = (sha256: string) => `${base}${sha256.slice(0, 2)}/${sha256}`;
  return {
    put: async (bytes) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const answer = await client.fetch(addressOf(sha256), {
        method: 'PUT',
        body: new Uint8Array(bytes),
        headers: { 'x-amz-content-sha256': sha256 },
        signal: soon(),
      });
      if (!answer.ok) throw await faultOf('keep', sha256, answer);
      await answer.body?.cancel();
      return sha256;
    },
    get: async (sha256) => {
      const answer = await client.fetch(addressOf(sha256), { signal: soon() });
      if (!answer.ok) throw await faultOf('give', sha256, answer);
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (createHash('sha256').update(bytes).digest('hex') !== sha256)
        throw new Error(`Document ${sha256} is damaged in its bucket.`);
      return bytes;
    },
  };
}

function soon(): AbortSignal {
  return AbortSignal.timeout(longestMillis);
}

async function faultOf(what: string, sha256: string, answer: Response): Promise<Error> {
  const text = (await answer.text()).slice(0, 300);
  return new Error(`The storage did not ${what} ${sha256}: ${answer.status} ${text}`);
}
