import type { OrderRules } from '../unit.ts';

/** Everything that is said of an order kind, in its subject's folder; `order-kinds.ts` binds them. */
export interface OrderDefinition extends OrderRules {
  /** In what its progress is shown, beside the bar. */
  readonly progressUnit: 'minutes' | 'sections' | 'none';
}
