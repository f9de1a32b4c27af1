import { describeLedgerArithmetic } from '../../conformance/ledger-arithmetic.ts';
import { postgresWarehouse } from '../../conformance/warehouse.ts';

describeLedgerArithmetic(postgresWarehouse);
