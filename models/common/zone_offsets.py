"""The offsets from UTC that each IANA zone has in the years 2020 to 2045, in minutes.

Decisions must not look up the zone tables of a machine, because they differ between machines and change over the years.
This table changes only with a release. It is enough to refuse a zone that does not exist, and a wall time that does not
fit its instant. `python -m tests.support.zone_table` prints this file. A test compares it with the pinned tzdata.
"""

_TABLE = """
-720: Etc/GMT+12
-660: Etc/GMT+11 Pacific/Midway Pacific/Niue Pacific/Pago_Pago Pacific/Samoa US/Samoa
-600: Etc/GMT+10 HST Pacific/Honolulu Pacific/Johnston Pacific/Rarotonga Pacific/Tahiti US/Hawaii
-600,-540: America/Adak America/Atka US/Aleutian
-570: Pacific/Marquesas
-540: Etc/GMT+9 Pacific/Gambier
-540,-480: America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka America/Yakutat \
US/Alaska
-480: Etc/GMT+8 Pacific/Pitcairn
-480,-420: America/Dawson America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana \
America/Vancouver America/Whitehorse Canada/Pacific Canada/Yukon Mexico/BajaNorte PST8PDT US/Pacific
-420: America/Creston America/Dawson_Creek America/Fort_Nelson America/Hermosillo America/Phoenix Etc/GMT+7 \
MST US/Arizona
-420,-360: America/Boise America/Cambridge_Bay America/Chihuahua America/Ciudad_Juarez America/Denver \
America/Edmonton America/Inuvik America/Mazatlan America/Shiprock America/Yellowknife Canada/Mountain MST7MDT \
Mexico/BajaSur Navajo US/Mountain
-420,-360,-300: America/Ojinaga
-360: America/Belize America/Costa_Rica America/El_Salvador America/Guatemala America/Managua America/Regina \
America/Swift_Current America/Tegucigalpa Canada/Saskatchewan Etc/GMT+6 Pacific/Galapagos
-360,-300: America/Bahia_Banderas America/Chicago America/Indiana/Knox America/Indiana/Tell_City \
America/Knox_IN America/Matamoros America/Menominee America/Merida America/Mexico_City America/Monterrey \
America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Rainy_River \
America/Rankin_Inlet America/Resolute America/Winnipeg CST6CDT Canada/Central Chile/EasterIsland \
Mexico/General Pacific/Easter US/Central US/Indiana-Starke
-300: America/Atikokan America/Bogota America/Cancun America/Cayman America/Coral_Harbour America/Eirunepe \
America/Guayaquil America/Jamaica America/Lima America/Panama America/Porto_Acre America/Rio_Branco \
Brazil/Acre EST Etc/GMT+5 Jamaica
-300,-240: America/Detroit America/Fort_Wayne America/Grand_Turk America/Havana America/Indiana/Indianapolis \
America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Vincennes \
America/Indiana/Winamac America/Indianapolis America/Iqaluit America/Kentucky/Louisville \
America/Kentucky/Monticello America/Louisville America/Montreal America/Nassau America/New_York \
America/Nipigon America/Pangnirtung America/Port-au-Prince America/Thunder_Bay America/Toronto Canada/Eastern \
Cuba EST5EDT US/East-Indiana US/Eastern US/Michigan
-240: America/Anguilla America/Antigua America/Aruba America/Barbados America/Blanc-Sablon America/Boa_Vista \
America/Campo_Grande America/Caracas America/Cuiaba America/Curacao America/Dominica America/Grenada \
America/Guadeloupe America/Guyana America/Kralendijk America/La_Paz America/Lower_Princes America/Manaus \
America/Marigot America/Martinique America/Montserrat America/Port_of_Spain America/Porto_Velho \
America/Puerto_Rico America/Santo_Domingo America/St_Barthelemy America/St_Kitts America/St_Lucia \
America/St_Thomas America/St_Vincent America/Tortola America/Virgin Brazil/West Etc/GMT+4
-240,-180: America/Asuncion America/Coyhaique America/Glace_Bay America/Goose_Bay America/Halifax \
America/Moncton America/Santiago America/Thule Atlantic/Bermuda Canada/Atlantic Chile/Continental
-210,-150: America/St_Johns Canada/Newfoundland
-180: America/Araguaina America/Argentina/Buenos_Aires America/Argentina/Catamarca \
America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja \
America/Argentina/Mendoza America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan \
America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Bahia America/Belem \
America/Buenos_Aires America/Catamarca America/Cayenne America/Cordoba America/Fortaleza America/Jujuy \
America/Maceio America/Mendoza America/Montevideo America/Paramaribo America/Punta_Arenas America/Recife \
America/Rosario America/Santarem America/Sao_Paulo Antarctica/Palmer Antarctica/Rothera Atlantic/Stanley \
Brazil/East Etc/GMT+3
-180,-120: America/Miquelon
-180,-120,-60: America/Godthab America/Nuuk
-120: America/Noronha Atlantic/South_Georgia Brazil/DeNoronha Etc/GMT+2
-120,-60,0: America/Scoresbysund
-60: Atlantic/Cape_Verde Etc/GMT+1
-60,0: Atlantic/Azores
0: Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar \
Africa/Freetown Africa/Lome Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou Africa/Sao_Tome \
Africa/Timbuktu America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena Etc/GMT Etc/GMT+0 Etc/GMT-0 \
Etc/GMT0 Etc/Greenwich Etc/UCT Etc/UTC Etc/Universal Etc/Zulu Factory GMT GMT+0 GMT-0 GMT0 Greenwich Iceland \
UCT UTC Universal Zulu
0,60: Africa/Casablanca Africa/El_Aaiun Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira Eire \
Europe/Belfast Europe/Dublin Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/Lisbon Europe/London GB \
GB-Eire Portugal WET
0,120: Antarctica/Troll
60: Africa/Algiers Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos \
Africa/Libreville Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo Africa/Tunis \
Etc/GMT-1
60,120: Africa/Ceuta Arctic/Longyearbyen Atlantic/Jan_Mayen CET Europe/Amsterdam Europe/Andorra \
Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen \
Europe/Copenhagen Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco \
Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo \
Europe/Skopje Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw \
Europe/Zagreb Europe/Zurich MET Poland
120: Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Johannesburg Africa/Khartoum \
Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Maseru Africa/Mbabane Africa/Tripoli \
Africa/Windhoek Etc/GMT-2 Europe/Kaliningrad Libya
120,180: Africa/Cairo Africa/Juba Asia/Amman Asia/Beirut Asia/Damascus Asia/Famagusta Asia/Gaza Asia/Hebron \
Asia/Jerusalem Asia/Nicosia Asia/Tel_Aviv EET Egypt Europe/Athens Europe/Bucharest Europe/Chisinau \
Europe/Helsinki Europe/Kiev Europe/Kyiv Europe/Mariehamn Europe/Nicosia Europe/Riga Europe/Sofia \
Europe/Tallinn Europe/Tiraspol Europe/Uzhgorod Europe/Vilnius Europe/Zaporozhye Israel
180: Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala \
Africa/Mogadishu Africa/Nairobi Antarctica/Syowa Asia/Aden Asia/Baghdad Asia/Bahrain Asia/Istanbul Asia/Kuwait \
Asia/Qatar Asia/Riyadh Etc/GMT-3 Europe/Istanbul Europe/Kirov Europe/Minsk Europe/Moscow Europe/Simferopol \
Indian/Antananarivo Indian/Comoro Indian/Mayotte Turkey W-SU
180,240: Europe/Volgograd
210,270: Asia/Tehran Iran
240: Asia/Baku Asia/Dubai Asia/Muscat Asia/Tbilisi Asia/Yerevan Etc/GMT-4 Europe/Astrakhan Europe/Samara \
Europe/Saratov Europe/Ulyanovsk Indian/Mahe Indian/Mauritius Indian/Reunion
270: Asia/Kabul
300: Antarctica/Mawson Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau Asia/Dushanbe \
Asia/Karachi Asia/Oral Asia/Qyzylorda Asia/Samarkand Asia/Tashkent Asia/Yekaterinburg Etc/GMT-5 \
Indian/Kerguelen Indian/Maldives
300,360: Asia/Almaty Asia/Qostanay
300,420: Antarctica/Vostok
330: Asia/Calcutta Asia/Colombo Asia/Kolkata
345: Asia/Kathmandu Asia/Katmandu
360: Asia/Bishkek Asia/Dacca Asia/Dhaka Asia/Kashgar Asia/Omsk Asia/Thimbu Asia/Thimphu Asia/Urumqi Etc/GMT-6 \
Indian/Chagos
390: Asia/Rangoon Asia/Yangon Indian/Cocos
420: Antarctica/Davis Asia/Bangkok Asia/Barnaul Asia/Ho_Chi_Minh Asia/Hovd Asia/Jakarta Asia/Krasnoyarsk \
Asia/Novokuznetsk Asia/Novosibirsk Asia/Phnom_Penh Asia/Pontianak Asia/Saigon Asia/Tomsk Asia/Vientiane \
Etc/GMT-7 Indian/Christmas
480: Asia/Brunei Asia/Choibalsan Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Hong_Kong Asia/Irkutsk \
Asia/Kuala_Lumpur Asia/Kuching Asia/Macao Asia/Macau Asia/Makassar Asia/Manila Asia/Shanghai Asia/Singapore \
Asia/Taipei Asia/Ujung_Pandang Asia/Ulaanbaatar Asia/Ulan_Bator Australia/Perth Australia/West Etc/GMT-8 \
Hongkong PRC ROC Singapore
480,660: Antarctica/Casey
525: Australia/Eucla
540: Asia/Chita Asia/Dili Asia/Jayapura Asia/Khandyga Asia/Pyongyang Asia/Seoul Asia/Tokyo Asia/Yakutsk \
Etc/GMT-9 Japan Pacific/Palau ROK
570: Australia/Darwin Australia/North
570,630: Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna
600: Antarctica/DumontDUrville Asia/Ust-Nera Asia/Vladivostok Australia/Brisbane Australia/Lindeman \
Australia/Queensland Etc/GMT-10 Pacific/Chuuk Pacific/Guam Pacific/Port_Moresby Pacific/Saipan Pacific/Truk \
Pacific/Yap
600,660: Antarctica/Macquarie Australia/ACT Australia/Canberra Australia/Currie Australia/Hobart \
Australia/Melbourne Australia/NSW Australia/Sydney Australia/Tasmania Australia/Victoria
630,660: Australia/LHI Australia/Lord_Howe
660: Asia/Magadan Asia/Sakhalin Asia/Srednekolymsk Etc/GMT-11 Pacific/Bougainville Pacific/Efate \
Pacific/Guadalcanal Pacific/Kosrae Pacific/Noumea Pacific/Pohnpei Pacific/Ponape
660,720: Pacific/Norfolk
720: Asia/Anadyr Asia/Kamchatka Etc/GMT-12 Kwajalein Pacific/Funafuti Pacific/Kwajalein Pacific/Majuro \
Pacific/Nauru Pacific/Tarawa Pacific/Wake Pacific/Wallis
720,780: Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland Pacific/Fiji
765,825: NZ-CHAT Pacific/Chatham
780: Etc/GMT-13 Pacific/Enderbury Pacific/Fakaofo Pacific/Kanton Pacific/Tongatapu
780,840: Pacific/Apia
840: Etc/GMT-14 Pacific/Kiritimati
"""

OFFSETS: dict[str, frozenset[int]] = {
    name: frozenset(map(int, offsets.split(",")))
    for offsets, _, names in (line.partition(": ") for line in _TABLE.strip().splitlines())
    for name in names.split()
}
