"""northwind orders: two retentions, purposes by number and by date, ISO weeks; tokens equal those of the customers."""
import datetime

from oracle.calc import Tokens, cut_date, floor_to, months_before, number, plain, read_date

POLICY, INPUTS, AS_OF = 'northwind-orders', ['exports/northwind/orders.csv'], datetime.date(1998, 5, 31)
HEADER = ['customerID', 'orderDate', 'requiredDate', 'shippedDate', 'freight', 'freight_class']
CUSTOMER = Tokens('freight-benchmark', 'customer', bits=80)


def range_of(value, width):
    low = floor_to(number(value), width)
    return '%s-%s' % (plain(low), plain(low + width))


def record(r):
    ordered = read_date(r['orderDate'])
    shipped = read_date(r['shippedDate'])
    if ordered.date() < months_before(AS_OF, 14):
        return 'retention'
    if shipped is not None and shipped.date() < months_before(AS_OF, 24):
        return 'retention'
    benchmark = number(r['freight']) >= number('1.5')
    timing = shipped is not None and shipped.date() > datetime.date(1997, 6, 30) and r['shipVia'] != '3'
    if not benchmark and not timing:
        return 'no_purpose'
    region = None
    if benchmark and r['shipCountry'] != 'USA':
        region = r['shipRegion'] if r['shipRegion'] in ('', 'NULL') else '-'
    return [CUSTOMER(r['customerID']) if benchmark else None, cut_date(ordered, 'week') if timing else None,
            cut_date(read_date(r['requiredDate']), 'day') if timing else None,
            cut_date(shipped, 'month') if shipped is not None else 'NULL', range_of(r['freight'], 25) if benchmark else None,
            region]
