/*
 * Regions of the world, and how telephone numbers are made there.
 *
 * X(alpha-2, alpha-3, name, country calling code, trunk prefixes, plan)
 *
 * Codes and names are those of ISO 3166-1 (AC, TA and XK are in common use), calling codes those of ITU-T E.164. The trunk
 * prefix is what is dialled before a national number at home; two are parted by a comma. The plan lists how national
 * numbers begin and how many digits they have without trunk prefix: `[2-9]xx[2-9]:10` begins with 2 to 9, has any two
 * digits next, then 2 to 9, and 10 digits in all; alternatives are parted by blanks. Facts from the national numbering
 * plans that ITU-T publishes (E.129), as coarse as they can be without taking other numbers for telephone numbers; short
 * codes for emergencies and the like are left out.
 */
/* clang-format off */
#define PARE_REGIONS(X) \
    X("AC", "ASC", "Ascension Island", 247, "", "[2-467]:5") \
    X("AD", "AND", "Andorra", 376, "", "1:6,8 [357-9]:6 6:6,9") \
    X("AE", "ARE", "United Arab Emirates", 971, "0", "[2-9]:8-9") \
    X("AF", "AFG", "Afghanistan", 93, "0", "[2-7]:9") \
    X("AG", "ATG", "Antigua and Barbuda", 1, "1", "[2-9]xx[2-9]:10") \
    X("AI", "AIA", "Anguilla", 1, "1", "[2-9]xx[2-9]:10") \
    X("AL", "ALB", "Albania", 355, "0", "[2-57]:8 6:9 8:6-8 9:6") \
    X("AM", "ARM", "Armenia", 374, "0", "[1-9]:8") \
    X("AO", "AGO", "Angola", 244, "", "[29]:9") \
    X("AR", "ARG", "Argentina", 54, "0", "[1-368]:10 9:11") \
    X("AS", "ASM", "American Samoa", 1, "1", "[2-9]xx[2-9]:10") \
    X("AT", "AUT", "Austria", 43, "0", "1:4-13 [2-7]:6-13 8:8-13 9:9-13") \
    X("AU", "AUS", "Australia", 61, "0", "1:6,10 [2-478]:9 14:9") \
    X("AW", "ABW", "Aruba", 297, "", "[25-9]:7") \
    X("AX", "ALA", "Åland Islands", 358, "0", "1:6-9 [45]:6-10 [67]:8-9 8:7-9") \
    X("AZ", "AZE", "Azerbaijan", 994, "0", "[1-9]:9") \
    X("BA", "BIH", "Bosnia and Herzegovina", 387, "0", "[3-589]:8 [67]:8-9") \
    X("BB", "BRB", "Barbados", 1, "1", "[2-9]xx[2-9]:10") \
    X("BD", "BGD", "Bangladesh", 880, "0", "1:10 [2-9]:6-10") \
    X("BE", "BEL", "Belgium", 32, "0", "[1-35-9]:8 4:8-9") \
    X("BF", "BFA", "Burkina Faso", 226, "", "[024-7]:8") \
    X("BG", "BGR", "Bulgaria", 359, "0", "[2-9]:6-9") \
    X("BH", "BHR", "Bahrain", 973, "", "[136-9]:8") \
    X("BI", "BDI", "Burundi", 257, "", "[2367]:8") \
    X("BJ", "BEN", "Benin", 229, "", "0:10") \
    X("BL", "BLM", "Saint Barthélemy", 590, "0", "[5-9]:9") \
    X("BM", "BMU", "Bermuda", 1, "1", "[2-9]xx[2-9]:10") \
    X("BN", "BRN", "Brunei", 673, "", "[2-578]:7") \
    X("BO", "BOL", "Bolivia", 591, "0", "[2-7]:8 8:9") \
    X("BQ", "BES", "Caribbean Netherlands", 599, "", "[347]:7") \
    X("BR", "BRA", "Brazil", 55, "0", "[1-9][1-9]:10-11 [3-589]00:8-10") \
    X("BS", "BHS", "Bahamas", 1, "1", "[2-9]xx[2-9]:10") \
    X("BT", "BTN", "Bhutan", 975, "", "1:8 [2-6]:7 [78]:7-8") \
    X("BW", "BWA", "Botswana", 267, "", "[08]:10 [2-69]:7 7:8") \
    X("BY", "BLR", "Belarus", 375, "80,8", "[1-4]:9 8:6-11 9:10") \
    X("BZ", "BLZ", "Belize", 501, "", "0:11 [2-8]:7") \
    X("CA", "CAN", "Canada", 1, "1", "[2-9]xx[2-9]:10") \
    X("CC", "CCK", "Cocos Islands", 61, "0", "1:6,10 [48]:9 14:9") \
    X("CD", "COD", "DR Congo", 243, "0", "[1-9]:7-9") \
    X("CF", "CAF", "Central African Republic", 236, "", "[26-8]:8") \
    X("CG", "COG", "Congo", 242, "", "[028]:9") \
    X("CH", "CHE", "Switzerland", 41, "0", "[2-9]:9") \
    X("CI", "CIV", "Ivory Coast", 225, "", "[02]:10") \
    X("CK", "COK", "Cook Islands", 682, "", "[2-578]:5") \
    X("CL", "CHL", "Chile", 56, "", "[2-9]:9 600:10") \
    X("CM", "CMR", "Cameroon", 237, "", "[26]:9 8:8-9") \
    X("CN", "CHN", "China", 86, "0", "10:10 1[3-9]:11 2:10 [3-9]:10-11 168:8") \
    X("CO", "COL", "Colombia", 57, "0", "[369]:10 1[89]00:11") \
    X("CR", "CRI", "Costa Rica", 506, "", "[2-8]:8 [89]00:10") \
    X("CU", "CUB", "Cuba", 53, "0", "[2-8]:6-8 80:10") \
    X("CV", "CPV", "Cabo Verde", 238, "", "[2-589]:7") \
    X("CW", "CUW", "Curaçao", 599, "", "6:7 9:8") \
    X("CX", "CXR", "Christmas Island", 61, "0", "1:6,10 [48]:9 14:9") \
    X("CY", "CYP", "Cyprus", 357, "", "[27-9]:8") \
    X("CZ", "CZE", "Czechia", 420, "", "[2-9]:9") \
    X("DE", "DEU", "Germany", 49, "0", "1[5-7]:10-11 1[89]:7-13 [2-9]:6-11") \
    X("DJ", "DJI", "Djibouti", 253, "", "[27]:8") \
    X("DK", "DNK", "Denmark", 45, "", "[2-9]:8") \
    X("DM", "DMA", "Dominica", 1, "1", "[2-9]xx[2-9]:10") \
    X("DO", "DOM", "Dominican Republic", 1, "1", "[2-9]xx[2-9]:10") \
    X("DZ", "DZA", "Algeria", 213, "0", "[1-4]:8 [5-9]:9") \
    X("EC", "ECU", "Ecuador", 593, "0", "[2-7]:8 9:9 1800:10") \
    X("EE", "EST", "Estonia", 372, "", "[3-9]:7-8 800:10") \
    X("EG", "EGY", "Egypt", 20, "0", "1:10 [2-9]:8-9 [89]00:10") \
    X("EH", "ESH", "Western Sahara", 212, "0", "[5-8]:9") \
    X("ER", "ERI", "Eritrea", 291, "0", "[178]:7") \
    X("ES", "ESP", "Spain", 34, "", "[5-9]:9") \
    X("ET", "ETH", "Ethiopia", 251, "0", "[1-57-9]:9") \
    X("FI", "FIN", "Finland", 358, "0", "[1-9]:5-10") \
    X("FJ", "FJI", "Fiji", 679, "", "0:11 [2-9]:7") \
    X("FK", "FLK", "Falkland Islands", 500, "", "[2-7]:5") \
    X("FM", "FSM", "Micronesia", 691, "", "[389]:7") \
    X("FO", "FRO", "Faroe Islands", 298, "", "[2-9]:6") \
    X("FR", "FRA", "France", 33, "0", "[1-9]:9") \
    X("GA", "GAB", "Gabon", 241, "", "[01]:8 [2-5]:7 [67]:7-8") \
    X("GB", "GBR", "United Kingdom", 44, "0", "[18]:9-10 [235-79]:10") \
    X("GD", "GRD", "Grenada", 1, "1", "[2-9]xx[2-9]:10") \
    X("GE", "GEO", "Georgia", 995, "0", "[3-578]:9") \
    X("GF", "GUF", "French Guiana", 594, "0", "[5-9]:9") \
    X("GG", "GGY", "Guernsey", 44, "0", "[157]:10 8:9-10") \
    X("GH", "GHA", "Ghana", 233, "0", "[235]:9 8:8-9") \
    X("GI", "GIB", "Gibraltar", 350, "", "[256]:8") \
    X("GL", "GRL", "Greenland", 299, "", "[1-9]:6") \
    X("GM", "GMB", "Gambia", 220, "", "[235-79]:7 [48]:7,9") \
    X("GN", "GIN", "Guinea", 224, "", "3:8 [67]:9") \
    X("GP", "GLP", "Guadeloupe", 590, "0", "[5-9]:9") \
    X("GQ", "GNQ", "Equatorial Guinea", 240, "", "[23589]:9") \
    X("GR", "GRC", "Greece", 30, "", "[25-9]:10") \
    X("GT", "GTM", "Guatemala", 502, "", "1:11 [2-8]:8") \
    X("GU", "GUM", "Guam", 1, "1", "[2-9]xx[2-9]:10") \
    X("GW", "GNB", "Guinea-Bissau", 245, "", "4:7,9 9:9") \
    X("GY", "GUY", "Guyana", 592, "", "[2-9]:7") \
    X("HK", "HKG", "Hong Kong", 852, "", "[2-9]:8 800:9 900:11") \
    X("HN", "HND", "Honduras", 504, "", "[2379]:8 8:8,11") \
    X("HR", "HRV", "Croatia", 385, "0", "[17]:8 [2-59]:8-9 6:7-8 8:7-9") \
    X("HT", "HTI", "Haiti", 509, "", "[2-589]:8") \
    X("HU", "HUN", "Hungary", 36, "06", "[1489]:8 [235-7]:8-9") \
    X("ID", "IDN", "Indonesia", 62, "0", "[2-79]:8-11 8:9-12") \
    X("IE", "IRL", "Ireland", 353, "0", "1:7-10 [2-9]:7-9") \
    X("IL", "ISR", "Israel", 972, "0", "1:8-11 [2-489]:8 [57]:9") \
    X("IM", "IMN", "Isle of Man", 44, "0", "[157-9]:10") \
    X("IN", "IND", "India", 91, "0", "[2-9]:10 1:8-13") \
    X("IO", "IOT", "British Indian Ocean Territory", 246, "", "3:7") \
    X("IQ", "IRQ", "Iraq", 964, "0", "1:8 [2-6]:8-9 7:10") \
    X("IR", "IRN", "Iran", 98, "0", "[1-9]:10") \
    X("IS", "ISL", "Iceland", 354, "", "3:9 [4-9]:7") \
    X("IT", "ITA", "Italy", 39, "", "0:6-11 [13]:9-10 [45]:10 8:6-10") \
    X("JE", "JEY", "Jersey", 44, "0", "[157-9]:10") \
    X("JM", "JAM", "Jamaica", 1, "1", "[2-9]xx[2-9]:10") \
    X("JO", "JOR", "Jordan", 962, "0", "[2-9]:8-9") \
    X("JP", "JPN", "Japan", 81, "0", "[1-9]:9 [25-9]0:10 120:9") \
    X("KE", "KEN", "Kenya", 254, "0", "[179]:9 2:8-9 [4-6]:7-9 8:9-10") \
    X("KG", "KGZ", "Kyrgyzstan", 996, "0", "[2-9]:9") \
    X("KH", "KHM", "Cambodia", 855, "0", "[1-9]:8-9 1[89]00:10") \
    X("KI", "KIR", "Kiribati", 686, "", "[2-8]:5-8") \
    X("KM", "COM", "Comoros", 269, "", "[3478]:7") \
    X("KN", "KNA", "Saint Kitts and Nevis", 1, "1", "[2-9]xx[2-9]:10") \
    X("KP", "PRK", "North Korea", 850, "0", "1:10 [2-8]:8") \
    X("KR", "KOR", "South Korea", 82, "0", "1:8-10 2:8-9 [3-6]:9-10 [57]0:10 80:9 [48]:9-10") \
    X("KW", "KWT", "Kuwait", 965, "", "1:7 [24-69]:8") \
    X("KY", "CYM", "Cayman Islands", 1, "1", "[2-9]xx[2-9]:10") \
    X("KZ", "KAZ", "Kazakhstan", 7, "8", "[678]:10") \
    X("LA", "LAO", "Laos", 856, "0", "[2-8]:8-10") \
    X("LB", "LBN", "Lebanon", 961, "0", "[1-9]:7-8") \
    X("LC", "LCA", "Saint Lucia", 1, "1", "[2-9]xx[2-9]:10") \
    X("LI", "LIE", "Liechtenstein", 423, "0", "[2-9]:7-9") \
    X("LK", "LKA", "Sri Lanka", 94, "0", "[1-9]:9") \
    X("LR", "LBR", "Liberia", 231, "0", "2:8-9 [378]:9 [45]:7,9 6:7") \
    X("LS", "LSO", "Lesotho", 266, "", "[2568]:8") \
    X("LT", "LTU", "Lithuania", 370, "0,8", "[3-9]:8") \
    X("LU", "LUX", "Luxembourg", 352, "", "[2-57-9]:5-11 6:9") \
    X("LV", "LVA", "Latvia", 371, "", "[2689]:8") \
    X("LY", "LBY", "Libya", 218, "0", "[2-9]:9") \
    X("MA", "MAR", "Morocco", 212, "0", "[5-8]:9") \
    X("MC", "MCO", "Monaco", 377, "0", "[3489]:8 [67]:9") \
    X("MD", "MDA", "Moldova", 373, "0", "[235-9]:8") \
    X("ME", "MNE", "Montenegro", 382, "0", "[2-79]:8 8:8-9") \
    X("MF", "MAF", "Saint Martin", 590, "0", "[5-9]:9") \
    X("MG", "MDG", "Madagascar", 261, "0", "[23]:9") \
    X("MH", "MHL", "Marshall Islands", 692, "", "[2-6]:7") \
    X("MK", "MKD", "North Macedonia", 389, "0", "[2-578]:8") \
    X("ML", "MLI", "Mali", 223, "", "[24-9]:8") \
    X("MM", "MMR", "Myanmar", 95, "0", "[1-9]:6-10") \
    X("MN", "MNG", "Mongolia", 976, "0", "[1257-9]:8-10") \
    X("MO", "MAC", "Macao", 853, "", "0:7 [268]:8") \
    X("MP", "MNP", "Northern Mariana Islands", 1, "1", "[2-9]xx[2-9]:10") \
    X("MQ", "MTQ", "Martinique", 596, "0", "[5689]:9") \
    X("MR", "MRT", "Mauritania", 222, "", "[2-48]:8") \
    X("MS", "MSR", "Montserrat", 1, "1", "[2-9]xx[2-9]:10") \
    X("MT", "MLT", "Malta", 356, "", "[2357-9]:8") \
    X("MU", "MUS", "Mauritius", 230, "", "[2-46]:7 [57]:8 8:7,10") \
    X("MV", "MDV", "Maldives", 960, "", "[3467]:7 8:10 9:7,10") \
    X("MW", "MWI", "Malawi", 265, "0", "1:7,9 [237-9]:9") \
    X("MX", "MEX", "Mexico", 52, "01", "[2-9]:10") \
    X("MY", "MYS", "Malaysia", 60, "0", "1:9-10 3:9 [4-9]:8") \
    X("MZ", "MOZ", "Mozambique", 258, "", "2:8 8:9") \
    X("NA", "NAM", "Namibia", 264, "0", "[68]:8-9") \
    X("NC", "NCL", "New Caledonia", 687, "", "[02-57-9]:6") \
    X("NE", "NER", "Niger", 227, "", "[027-9]:8") \
    X("NF", "NFK", "Norfolk Island", 672, "", "[13]:6") \
    X("NG", "NGA", "Nigeria", 234, "0", "[1-79]:8-10 [789]:10-11") \
    X("NI", "NIC", "Nicaragua", 505, "", "[125-8]:8") \
    X("NL", "NLD", "Netherlands", 31, "0", "[1-8]:9 [89]00:7-11 140:5") \
    X("NO", "NOR", "Norway", 47, "", "[2-9]:8") \
    X("NP", "NPL", "Nepal", 977, "0", "[1-9]:8-10 1660:11") \
    X("NR", "NRU", "Nauru", 674, "", "[24-9]:7") \
    X("NU", "NIU", "Niue", 683, "", "[4-8]:4-7") \
    X("NZ", "NZL", "New Zealand", 64, "0", "[2789]:8-10 [3467]:8") \
    X("OM", "OMN", "Oman", 968, "", "[1279]:8 5:7 8:8-9") \
    X("PA", "PAN", "Panama", 507, "", "0:11 [1-579]:7 6:8 8:7-8,10") \
    X("PE", "PER", "Peru", 51, "0", "[14-8]:8 9:9") \
    X("PF", "PYF", "French Polynesia", 689, "", "[48]:8-9 44:6") \
    X("PG", "PNG", "Papua New Guinea", 675, "", "[1-69]:7 7:8 8:7-8") \
    X("PH", "PHL", "Philippines", 63, "0", "2:6-9 [3-7]:9 8:8-10 9:10 1800:11-12") \
    X("PK", "PAK", "Pakistan", 92, "0", "[124-9]:8-11 3:10") \
    X("PL", "POL", "Poland", 48, "", "[1-9]:9") \
    X("PM", "SPM", "Saint Pierre and Miquelon", 508, "0", "[2-69]:6 [78]:6,9") \
    X("PR", "PRI", "Puerto Rico", 1, "1", "[2-9]xx[2-9]:10") \
    X("PS", "PSE", "Palestine", 970, "0", "1:10 [2489]:8 5:9") \
    X("PT", "PRT", "Portugal", 351, "", "[1-36-9]:9") \
    X("PW", "PLW", "Palau", 680, "", "[2-9]:7") \
    X("PY", "PRY", "Paraguay", 595, "0", "[2-9]:7-9") \
    X("QA", "QAT", "Qatar", 974, "", "[3-8]:8 2:7") \
    X("RE", "REU", "Réunion", 262, "0", "[26-9]:9") \
    X("RO", "ROU", "Romania", 40, "0", "[2-9]:9 [23]:6") \
    X("RS", "SRB", "Serbia", 381, "0", "[1-9]:7-10") \
    X("RU", "RUS", "Russia", 7, "8", "[3489]:10") \
    X("RW", "RWA", "Rwanda", 250, "0", "0:8 [27-9]:9") \
    X("SA", "SAU", "Saudi Arabia", 966, "0", "[159]:9 8:10") \
    X("SB", "SLB", "Solomon Islands", 677, "", "[1-5]:5 6:5,7 [7-9]:7") \
    X("SC", "SYC", "Seychelles", 248, "", "[24689]:7") \
    X("SD", "SDN", "Sudan", 249, "0", "[19]:9") \
    X("SE", "SWE", "Sweden", 46, "0", "[1-9]:7-10") \
    X("SG", "SGP", "Singapore", 65, "", "[3689]:8 800:10 1[89]00:11 7000:11") \
    X("SH", "SHN", "Saint Helena", 290, "", "[2569]:5") \
    X("SI", "SVN", "Slovenia", 386, "0", "[1-7]:8 8:5-8 9:6-8") \
    X("SJ", "SJM", "Svalbard and Jan Mayen", 47, "", "[47-9]:8") \
    X("SK", "SVK", "Slovakia", 421, "0", "[2-9]:9") \
    X("SL", "SLE", "Sierra Leone", 232, "0", "[236-9]:8") \
    X("SM", "SMR", "San Marino", 378, "", "0:10 [5-7]:8") \
    X("SN", "SEN", "Senegal", 221, "", "[37-9]:9") \
    X("SO", "SOM", "Somalia", 252, "0", "[1-9]:6-9") \
    X("SR", "SUR", "Suriname", 597, "", "[2-5]:6 [6-9]:7") \
    X("SS", "SSD", "South Sudan", 211, "0", "[19]:9") \
    X("ST", "STP", "Sao Tome and Principe", 239, "", "[29]:7") \
    X("SV", "SLV", "El Salvador", 503, "", "[25-7]:8 [89]:7,11") \
    X("SX", "SXM", "Sint Maarten", 1, "1", "[2-9]xx[2-9]:10") \
    X("SY", "SYR", "Syria", 963, "0", "[1-9]:8-9") \
    X("SZ", "SWZ", "Eswatini", 268, "", "[0237]:8 9:9") \
    X("TA", "TAA", "Tristan da Cunha", 290, "", "8:4") \
    X("TC", "TCA", "Turks and Caicos Islands", 1, "1", "[2-9]xx[2-9]:10") \
    X("TD", "TCD", "Chad", 235, "", "[236-9]:8") \
    X("TG", "TGO", "Togo", 228, "", "[279]:8") \
    X("TH", "THA", "Thailand", 66, "0", "[2-57]:8 [689]:9 1[89]00:10") \
    X("TJ", "TJK", "Tajikistan", 992, "", "x:9") \
    X("TK", "TKL", "Tokelau", 690, "", "[2-9]:4-7") \
    X("TL", "TLS", "Timor-Leste", 670, "", "[2-489]:7 7:7-8") \
    X("TM", "TKM", "Turkmenistan", 993, "8", "[1-7]:8") \
    X("TN", "TUN", "Tunisia", 216, "", "[2-57-9]:8") \
    X("TO", "TON", "Tonga", 676, "", "[09]:7 [2-4]:5 [5-8]:5,7") \
    X("TR", "TUR", "Turkey", 90, "0", "[2-5]:10 8[05]0:10 811:10 822:10 888:10 900:10 444:7") \
    X("TT", "TTO", "Trinidad and Tobago", 1, "1", "[2-9]xx[2-9]:10") \
    X("TV", "TUV", "Tuvalu", 688, "", "2:5 7:7 9:6") \
    X("TW", "TWN", "Taiwan", 886, "0", "[2-8]:7-9 9:9 70:10") \
    X("TZ", "TZA", "Tanzania", 255, "0", "[246-9]:9") \
    X("UA", "UKR", "Ukraine", 380, "0", "[3-9]:9") \
    X("UG", "UGA", "Uganda", 256, "0", "[2-47-9]:9") \
    X("US", "USA", "United States", 1, "1", "[2-9]xx[2-9]:10") \
    X("UY", "URY", "Uruguay", 598, "0", "[12]:8 [49]:7-8 80:7") \
    X("UZ", "UZB", "Uzbekistan", 998, "", "[235-9]:9") \
    X("VA", "VAT", "Vatican City", 39, "", "0:6-11 [13]:9-10 5:10 8:6-10") \
    X("VC", "VCT", "Saint Vincent and the Grenadines", 1, "1", "[2-9]xx[2-9]:10") \
    X("VE", "VEN", "Venezuela", 58, "0", "[24-9]:10") \
    X("VG", "VGB", "British Virgin Islands", 1, "1", "[2-9]xx[2-9]:10") \
    X("VI", "VIR", "US Virgin Islands", 1, "1", "[2-9]xx[2-9]:10") \
    X("VN", "VNM", "Vietnam", 84, "0", "1:8-10 2:10 [35-9]:9") \
    X("VU", "VUT", "Vanuatu", 678, "", "[2-4]:5 [579]:7 8:5,7") \
    X("WF", "WLF", "Wallis and Futuna", 681, "", "[47-9]:6") \
    X("WS", "WSM", "Samoa", 685, "", "[2-5]:5 6:5-6 7:7 8:6-7,10") \
    X("XK", "XKX", "Kosovo", 383, "0", "[2-489]:8") \
    X("YE", "YEM", "Yemen", 967, "0", "1:7-8 [2-6]:7 7:7,9") \
    X("YT", "MYT", "Mayotte", 262, "0", "[2689]:9") \
    X("ZA", "ZAF", "South Africa", 27, "0", "[1-9]:9") \
    X("ZM", "ZMB", "Zambia", 260, "0", "[25-9]:9") \
    X("ZW", "ZWE", "Zimbabwe", 263, "0", "[1-7]:6-9 8:7-10")

/* X(alpha-2, name in lower case): what else exports call them, in English and at home. */
#define PARE_REGION_NAMES(X) \
    X("AE", "uae") \
    X("AT", "österreich") \
    X("AT", "oesterreich") \
    X("BE", "belgië") \
    X("BE", "belgique") \
    X("BE", "belgien") \
    X("BG", "българия") \
    X("BO", "plurinational state of bolivia") \
    X("BR", "brasil") \
    X("CD", "congo-kinshasa") \
    X("CD", "democratic republic of the congo") \
    X("CG", "congo-brazzaville") \
    X("CG", "republic of the congo") \
    X("CH", "schweiz") \
    X("CH", "suisse") \
    X("CH", "svizzera") \
    X("CI", "côte d'ivoire") \
    X("CN", "中国") \
    X("CN", "people's republic of china") \
    X("CV", "cape verde") \
    X("CZ", "czech republic") \
    X("CZ", "česko") \
    X("CZ", "česká republika") \
    X("CZ", "tschechien") \
    X("DE", "deutschland") \
    X("DE", "allemagne") \
    X("DE", "alemania") \
    X("DE", "germania") \
    X("DK", "danmark") \
    X("DK", "dänemark") \
    X("EE", "eesti") \
    X("EE", "estland") \
    X("ES", "españa") \
    X("ES", "espana") \
    X("ES", "spanien") \
    X("FI", "suomi") \
    X("FI", "finnland") \
    X("FM", "federated states of micronesia") \
    X("FR", "frankreich") \
    X("GB", "uk") \
    X("GB", "great britain") \
    X("GB", "england") \
    X("GB", "scotland") \
    X("GB", "wales") \
    X("GB", "northern ireland") \
    X("GR", "ελλάδα") \
    X("GR", "hellas") \
    X("GR", "griechenland") \
    X("HK", "香港") \
    X("HR", "hrvatska") \
    X("HR", "kroatien") \
    X("HU", "magyarország") \
    X("HU", "ungarn") \
    X("IE", "republic of ireland") \
    X("IE", "éire") \
    X("IE", "irland") \
    X("IN", "bharat") \
    X("IN", "भारत") \
    X("IR", "islamic republic of iran") \
    X("IS", "ísland") \
    X("IS", "island") \
    X("IT", "italia") \
    X("IT", "italien") \
    X("JP", "日本") \
    X("KP", "dprk") \
    X("KR", "korea") \
    X("KR", "republic of korea") \
    X("KR", "대한민국") \
    X("LA", "lao pdr") \
    X("LT", "lietuva") \
    X("LT", "litauen") \
    X("LU", "luxemburg") \
    X("LV", "latvija") \
    X("LV", "lettland") \
    X("MD", "republic of moldova") \
    X("MK", "macedonia") \
    X("MM", "burma") \
    X("MO", "macau") \
    X("MX", "méxico") \
    X("NL", "nederland") \
    X("NL", "the netherlands") \
    X("NL", "holland") \
    X("NL", "niederlande") \
    X("NO", "norge") \
    X("NO", "norwegen") \
    X("PE", "perú") \
    X("PL", "polska") \
    X("PL", "polen") \
    X("RO", "românia") \
    X("RO", "rumänien") \
    X("RS", "srbija") \
    X("RU", "russian federation") \
    X("RU", "россия") \
    X("SE", "sverige") \
    X("SE", "schweden") \
    X("SI", "slovenija") \
    X("SI", "slowenien") \
    X("SK", "slovensko") \
    X("SK", "slowakei") \
    X("SY", "syrian arab republic") \
    X("SZ", "swaziland") \
    X("TR", "türkiye") \
    X("TR", "turkiye") \
    X("TR", "türkei") \
    X("TW", "republic of china") \
    X("TW", "台灣") \
    X("TZ", "united republic of tanzania") \
    X("UA", "україна") \
    X("US", "u.s.") \
    X("US", "u.s.a.") \
    X("US", "united states of america") \
    X("VA", "holy see") \
    X("VE", "bolivarian republic of venezuela") \
    X("VN", "viet nam") \
    X("ZA", "rsa")
/* clang-format on */
