interface Pending<Item, Result> {
  readonly item: Item;
  readonly settled: PromiseWithResolvers<Result>;
}

/**
 * Gathers what is asked for while a batch is under way and does it together in the next one: alone it waits for
 * nobody, and the busier it is the less each costs. `work` gives a result for each item, in their order; when it
 * rejects, the whole batch does.
 */
export function batched<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  { most = Number.POSITIVE_INFINITY }: { readonly most?: number } = {},
): (item: Item) => Promise<Result> {
  const waiting: Pending<Item, Result>[] = [];
  let busy = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most);
      try {
        const results = await work(batch.map(({ item }) => item));
        if (results.length !== batch.length) throw new RangeError('a batch needs a result for each item');
        results.forEach((result, index) => batch[index]?.settled.resolve(result));
      } catch (error) {
        for (const { settled } of batch) settled.reject(error);
      }
    }
    busy = false;
  }

  return (item) => {
    const settled = Promise.withResolvers<Result>();
    waiting.push({ item, settled });
    if (!busy) {
      busy = true;
      // At the end of this turn of the event loop: what else it brings comes along.
      setImmediate(() => void drain());
    }
    return settled.promise;
  };
}
