import { channel } from 'isolane';

/** What comes out of a channel of this interpreter that a value is put into. */
export function through<T>(value: T): T {
  const [tx, rx] = channel<T>(1);
  tx.sendSync(value);
  return rx.receiveSync();
}
