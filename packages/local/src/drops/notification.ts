/** What S3 writes into the queue for a new object, as far as anybody reads it. */
export function createdNotification(bucket: string, key: string, at: number): string {
  return JSON.stringify({
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: "us-east-1",
        eventTime: new Date(at).toISOString(),
        eventName: "ObjectCreated:Put",
        s3: { s3SchemaVersion: "1.0", bucket: { name: bucket }, object: { key: encodeKey(key) } },
      },
    ],
  });
}

/** S3 encodes keys in notifications as forms do, but leaves `/` as it is: percent signs, and `+` for a space. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+")
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
