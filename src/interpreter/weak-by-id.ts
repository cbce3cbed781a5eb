/** Objects by id, for as long as somebody else has them. */
export class WeakById<T extends object> {
  private readonly refs = new Map<number, WeakRef<T>>();
  private readonly lost = new FinalizationRegistry<number>((id) => {
    // Another may have taken its place.
    if (this.get(id) === undefined) this.refs.delete(id);
  });

  get(id: number): T | undefined {
    return this.refs.get(id)?.deref();
  }

  set(id: number, object: T): void {
    this.refs.set(id, new WeakRef(object));
    this.lost.register(object, id);
  }
}
