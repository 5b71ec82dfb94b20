"""shopify products, two files in one run: CRLF between records and LF inside quotes, which stays as it is."""
import datetime

from oracle.calc import extract, floor_to, number, plain

POLICY, AS_OF = 'shopify-products', datetime.date(2024, 1, 1)
INPUTS = ['exports/shopify-products/apparel.csv', 'exports/shopify-products/jewelery.csv']
HEADER = ['Handle', 'Title', 'Text', 'Vendor', 'Tags', 'Published', 'Option1 Value', 'Option2 Value', 'Option3 Value',
          'Variant Price', 'Picture']


def record(r):
    assert 'http' not in r['Body (HTML)'] and '@' not in r['Body (HTML)']  # nothing to redact: the text stays as it is
    return [r['Handle'], r['Title'], r['Body (HTML)'], r['Vendor'].upper(), r['Tags'], r['Published'], r['Option1 Value'],
            r['Option2 Value'], r['Option3 Value'],
            r['Variant Price'] and plain(floor_to(number(r['Variant Price']), 5)),
            extract(r'/([^/]+)\.jpe?g', r['Image Src'])]
