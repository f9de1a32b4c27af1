import { describeLedgerArithmetic } from '../../conformance/ledger-arithmetic.ts';
import { memoryWarehouse } from '../../conformance/warehouse.ts';

describeLedgerArithmetic(memoryWarehouse);
