/** What a {@link TimerHeap} orders: by `due`, and by `sequence` where that is the same. */
export interface Due {
  due: number;
  sequence: number;
  /** Its place in the heap; -1: not in it. */
  place: number;
}

/** A binary heap from whose middle timers can be taken. */
export class TimerHeap<Item extends Due> {
  private readonly items: Item[] = [];

  get first(): Item | undefined {
    return this.items[0];
  }

  add(item: Item): void {
    item.place = this.items.length;
    this.items.push(item);
    this.rise(item);
  }

  remove(item: Item): void {
    const { place } = item;
    if (place < 0) return;
    item.place = -1;
    const last = this.items.pop();
    if (last === undefined || last === item) return;
    this.put(last, place);
    this.rise(last);
    this.sink(last);
  }

  private put(item: Item, place: number): void {
    this.items[place] = item;
    item.place = place;
  }

  private rise(item: Item): void {
    while (item.place > 0) {
      const parent = this.items[(item.place - 1) >> 1];
      if (parent === undefined || !isBefore(item, parent)) return;
      this.swap(item, parent);
    }
  }

  private sink(item: Item): void {
    for (;;) {
      const left = this.items[2 * item.place + 1];
      const right = this.items[2 * item.place + 2];
      const child =
        left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, item)) return;
      this.swap(child, item);
    }
  }

  private swap(a: Item, b: Item): void {
    const place = a.place;
    this.put(a, b.place);
    this.put(b, place);
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence);
}
