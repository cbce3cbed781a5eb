/** What can stand in a {@link Fifo}; in one at a time. */
export interface Waiting<Self> {
  next: Self | null;
  previous: Self | null;
}

/** A queue from whose middle an item can be taken in constant time, as cancelled operations are. */
export class Fifo<Item extends Waiting<Item>> {
  head: Item | null = null;
  private tail: Item | null = null;

  push(item: Item): void {
    item.previous = this.tail;
    if (this.tail === null) this.head = item;
    else this.tail.next = item;
    this.tail = item;
  }

  has(item: Item): boolean {
    return item === this.head || item.previous !== null;
  }

  remove(item: Item): void {
    if (item.previous === null) this.head = item.next;
    else item.previous.next = item.next;
    if (item.next === null) this.tail = item.previous;
    else item.next.previous = item.previous;
    item.next = null;
    item.previous = null;
  }
}
