"""Identifiers that nobody has, in the many ways that people write them; and what only looks like one.

Variants is seeded, so that what fails once fails again. Each of its methods named
after a kind gives one text and the identifier in it.
"""

from __future__ import annotations

import random
import string
import uuid

BLANKS = [" ", " ", " ", "\u00a0", "\u2009", "\u202f"]
DASHES = ["-", "-", "\u2010", "\u2011", "\u2013"]
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
NI_FIRST = sorted(set(string.ascii_uppercase) - set("DFIQUV"))
NI_SECOND = sorted(set(NI_FIRST) - {"O"})
NI_UNUSED = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December"]
GIVEN = ["Jane", "Tyler", "Amelia", "Mohammed", "Zo\u00eb", "\u00c9lodie", "Aisha", "Callum", "Anne-Marie", "Kai",
         "Siobh\u00e1n", "\u0141ukasz", "Oliver", "Grace", "Yusuf"]
FAMILY = ["Smith", "Jones", "O\u2019Neill", "Brown", "Khan", "Okafor", "Taylor-Reed", "Nowak", "Evans", "Patel",
          "McDonald", "de Souza", "W\u00f3jcik", "Hughes"]
PRIVATE = ["gmail.com", "googlemail.com", "hotmail.com", "hotmail.co.uk", "outlook.com", "live.co.uk", "yahoo.com",
           "yahoo.co.uk", "icloud.com", "btinternet.com", "aol.com", "msn.com", "me.com", "sky.com",
           "virginmedia.com", "talktalk.net", "ntlworld.com", "protonmail.com"]
ORGANISATIONS = ["middlesbrough.gov.uk", "nhs.net", "tees.nhs.uk", "acklam.sch.uk", "barnardos.org.uk",
                 "cleveland.police.uk", "live.wmc.ac.uk", "ofsted.gov.uk", "company.co.uk"]
STREETS = ["Acacia Avenue", "High Street", "Station Road", "Church Lane", "The Crescent", "Kings Drive",
           "St Mary\u2019s Close", "Victoria Terrace"]
TOWNS = ["Middlesbrough", "Reading", "Stockton-on-Tees", "Leeds", "Kidderminster"]
AREAS = ["TS1", "RG2", "M1", "SW1A", "W1A", "LS12", "B33", "CR2", "EC1A", "DN55"]

SENTENCES = [
    "{}",
    "{}\n",
    "See {} for the record.",
    "The child ({}) was seen alone.",
    "Case 12: {}; closed in 2021.",
    "Plans were late for one child [{}], who has since moved.",
    "Three records were sampled:\n{}\nand two more.",
    "Three records were sampled:\r\n- {}\r\n- another\r\n",
    "\u2022 {}\n\u2022 a second point",
    "\u201c{}\u201d was in the file",
    "the file says \u2018{}\u2019, but the worker left in 2019",
    "Follow up with {}, by 12 March 2024.",
    "Name,number,date\n12,{},2024-03-12\n",
    "| 4 | {} | good |",
    "<p>{}</p>",
    "Audit of 31/01/2022 found *{}* in minutes",
    "Recommendation 3.2 {}",
    "No progress since 2020 {} escalate",
    "It is {}.",
    "Is it {}?",
    "{} and {other} words",
]


class Variants:
    def __init__(self, seed: int = 20240131):
        self.random = random.Random(seed)

    # --- pieces -------------------------------------------------------------

    def one(self, choices):
        return self.random.choice(choices)

    def digits(self, n: int) -> str:
        return "".join(self.random.choices(string.digits, k=n))

    def cased(self, text: str) -> str:
        return self.one([text, text, text.lower(), text.title()])

    def within(self, text: str) -> str:
        return self.one(SENTENCES).replace("{other}", "other").replace("{}", text)

    def named(self, names: list[str], number: str) -> str:
        """With what it is in front, or not."""
        name = self.cased(self.one(["", "", *names]))
        return name + self.one([" ", ": ", " is ", " no. ", " number ", " #", "="]) + number if name else number

    def parted(self, text: str, *lengths: int) -> str:
        """In groups of these lengths, with the same thing between."""
        between = self.one([*BLANKS, *DASHES, ".", " - ", "  ", "\n"])
        groups, at = [], 0
        for length in lengths:
            groups.append(text[at : at + length])
            at += length
        return between.join(groups)

    # --- identifiers ------------------------------------------------------------

    def nhs_number(self) -> str:
        while True:
            nine = self.digits(9)
            check = -sum(int(digit) * (10 - i) for i, digit in enumerate(nine)) % 11
            if check < 10:
                return nine + str(check)

    def nhs(self) -> tuple[str, str]:
        number = self.nhs_number()
        written = self.one([number, *[self.parted(number, 3, 3, 4)] * 3, self.parted(number, 3, 7),
                            self.parted(number, 6, 4)])
        return self.within(self.named(["NHS", "NHS No", "NHS number", "NHSNo", "Patient"], written)), written

    def upn_number(self) -> str:
        rest = self.digits(11) + self.one([*string.digits, *UPN_LETTERS[:3]])
        values = [int(c) if c.isdigit() else UPN_LETTERS.index(c) for c in rest]
        return UPN_LETTERS[sum(value * (i + 2) for i, value in enumerate(values)) % 23] + rest

    def upn(self) -> tuple[str, str]:
        number = self.upn_number()
        written = self.one([*[number] * 5, self.parted(number, 4, 4, 2, 3), self.parted(number, 4, 4, 5),
                            self.parted(number, 1, 3, 4, 2, 3)])
        if self.random.random() < 0.2 and not written[1] in " \u00a0\u2009\u202f\n":
            written = written.lower()
        return self.within(self.named(["UPN", "pupil", "unique pupil number"], written)), written

    def ni_number(self) -> str:
        while True:
            prefix = self.one(NI_FIRST) + self.one(NI_SECOND)
            if prefix not in NI_UNUSED:
                return prefix + self.digits(6) + self.one("ABCD")

    def ni(self) -> tuple[str, str]:
        number = self.ni_number()
        written = self.one([number, number, self.parted(number, 2, 2, 2, 2, 1), self.parted(number, 2, 2, 2, 2, 1),
                            self.parted(number, 2, 6, 1)])
        if self.random.random() < 0.25:
            written = written.lower()
        return self.within(self.named(["NI", "NINO", "National Insurance", "NI Number"], written)), written

    def name(self) -> str:
        name = f"{self.one(GIVEN)} {self.one(FAMILY)}"
        return name.upper() if self.random.random() < 0.15 else name

    def date(self) -> str:
        day, month, year = self.random.randint(1, 28), self.random.randint(1, 12), self.random.randint(1990, 2023)
        name, th = MONTHS[month - 1], {1: "st", 21: "st", 2: "nd", 22: "nd", 3: "rd", 23: "rd"}.get(day, "th")
        return self.one([
            f"{day:02}/{month:02}/{year}", f"{day}/{month}/{year}", f"{day:02}.{month:02}.{year}",
            f"{day:02}-{month:02}-{year}", f"{day}.{month}.{year % 100:02}", f"{day:02}/{month:02}/{year % 100:02}",
            f"{day} {name} {year}", f"{day}{th} {name} {year}", f"{day}{th} of {name}, {year}",
            f"{day} {name[:3]} {year}",
            f"{day:02}-{name[:3]}-{year}", f"{name} {day}, {year}", f"{year}-{month:02}-{day:02}",
            f"{day} {name.upper()} {year}", f"{day:02} {month:02} {year}", f"{day}{th} {name} '{year % 100:02}",
        ])

    def birth(self) -> tuple[str, str]:
        name, date = self.name(), self.date()
        said = self.one(["DOB", "dob", "D.O.B.", "d.o.b.", "DoB", "D.O.B", "Date of birth", "date of birth",
                         "Date of Birth", "DATE OF BIRTH", "D/O/B"])
        dob = said + self.one([" ", ": ", ":", " is ", " - ", "\n"]) + date
        born = self.one(["born", "Born", "was born", "who was born"]) + self.one([" ", " on ", " on the ", ": "]) + date
        told = self.one([dob, dob, born])
        written = self.one([f"{name} ({told})", f"{name}, {told}", f"{name} {told}", f"{name}\n{told}",
                            f"{name}; {told}", f"{name} - {told}", f"{dob}, {name}", f"{dob} ({name})", f"{dob} {name}",
                            f"{name} was seen at home, {told}", f"{self.one(GIVEN)}, {told}",
                            f"{name} ({date}, {said.strip('.')})", f"Name: {name}\tDOB: {date}",
                            f"{said} of {name}: {date}", f"{self.one(GIVEN)} ({dob})"])
        return self.within(written), date

    def local(self) -> str:
        given, family = self.one(["jane", "tyler", "a", "kai"]), self.one(["smith", "oneill", "khan", "b"])
        return given + self.one([".", "_", "", "-"]) + family + self.one(["", "2009", "1", "+school"])

    def address_of(self, domain: str) -> str:
        address = f"{self.local()}@{domain}"
        return self.one([address, address, address.upper(), address.title()])

    def private_email(self) -> tuple[str, str]:
        address = self.address_of(self.one(PRIVATE))
        written = self.one([address, address, f"mailto:{address}", f"<{address}>", f"[{address}](mailto:{address})",
                            f"email: {address}", f"E-mail {address}", address.replace("@", " @ "),
                            address.replace("_", "\\_")])
        return self.within(written), written

    def email(self) -> tuple[str, str]:
        address = self.address_of(self.one(ORGANISATIONS))
        return self.within(self.one([address, f"<{address}>", f"email: {address}"])), address

    def postcode(self) -> str:
        unit = self.digits(1) + "".join(self.random.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        return self.one(AREAS) + self.one([" ", " ", "", "  ", "\u00a0"]) + unit

    def home(self) -> tuple[str, str]:
        number = self.random.randint(1, 300)
        number = self.one([str(number), f"{number}{self.one('abcAB')}", "12-14"])
        street, town, postcode = self.one(STREETS), self.one(TOWNS), self.postcode()
        written = self.one([f"{number} {street}, {town}, {postcode}", f"{number} {street}, {town} {postcode}",
                            f"{number}, {street}\n{town}\n{postcode}", f"Flat {number}, {street}, {postcode}",
                            f"{number} {street} {postcode}", f"{number}, {postcode}",
                            f"{postcode}, house number {number}",
                            f"{number} {street}, {town} {postcode}".lower(),
                            f"{number} {street}, {town} {postcode}".upper()])
        return self.within(written), postcode

    # --- what only looks like one --------------------------------------------------

    def wrong_nhs(self) -> str:
        number = self.nhs_number()
        wrong = number[:9] + str((int(number[9]) + self.random.randint(1, 9)) % 10)
        return self.within(self.one(["NHS number ", ""]) + self.one([wrong, self.parted(wrong, 3, 3, 4)]))

    def wrong_upn(self) -> str:
        number = self.upn_number()
        letter = self.one([c for c in string.ascii_uppercase if c != number[0]])
        return self.within(self.one(["UPN ", ""]) + letter + number[1:])

    def wrong_ni(self) -> str:
        number = self.ni_number()
        wrong = self.one([self.one("DFIQUV") + number[1:], number[0] + self.one("DFIQUVO") + number[2:],
                          self.one(sorted(NI_UNUSED)) + number[2:], number[:8] + self.one("EFGHXYZ"), number[:7]])
        return self.within(self.one([wrong, self.parted(wrong, 2, 2, 2, 2, 1)]))

    def phone(self) -> str:
        number = self.one(["01642", "01905", "07700", "01189", "03000"]) + self.digits(6)
        london = self.one(["020", "0191", "0300"])
        written = self.one([
            number, f"{number[:5]} {number[5:]}", f"({number[:5]}) {number[5:]}",
            f"{number[:5]} {number[5:8]} {number[8:]}",
            f"+44 {number[1:5]} {number[5:]}", f"+44{number[1:]}", f"+44 (0){number[1:5]} {number[5:]}",
            f"0044 {number[1:5]} {number[5:]}",
            f"{london} {self.digits(4)} {self.digits(11 - 4 - len(london))}", f"{number[:5]}-{number[5:]}",
            f"+44 {number[1:5]} {number[5:8]} {number[8:]}",
        ])
        return self.within(self.one(["", "Tel ", "Telephone: ", "T: ", "Mobile ", "call "]) + written)

    def meeting(self) -> str:
        name, date = self.name(), self.date()
        return self.within(self.one([
            f"{name} chaired the meeting on {date}", f"Children born after {date} are eligible, said {name}",
            f"{name} was born in {self.random.randint(1990, 2020)}", f"Meeting of {date}. {name} in the chair",
            f"On {date} a report by {name} was noted", f"children born in 2009 were seen by {name} on {date}",
            f"{name} asked about the date of birth; the answer is due by {date}",
            f"Babies born between {date} and {self.date()} at James Cook Hospital", f"{name}, Director, {date}",
            f"On {date} A. Brown and C. Dixon reported", f"at {self.digits(2)}.30 {date} C. {name}",
        ]))

    def reference(self) -> str:
        gss = "E0" + self.one("6789") + "000" + self.digits(3)
        return self.within(self.one([
            f"URN {self.digits(7)}", f"URNs {self.digits(5)}, {self.digits(5)}",
            f"{gss} {self.one(['2019', '2022'])}", gss,
            str(uuid.UUID(int=self.random.getrandbits(128), version=4)), f"0198d3c2-7b44-7a02-8f13-{self.digits(12)}",
            f"https://files.ofsted.gov.uk/v1/file/{self.digits(10)}",
            f"www.example.gov.uk/a?id={self.nhs_number()}&b={self.upn_number()}",
            f"PO-{self.nhs_number()}", f"CYP/{self.nhs_number()}", f"{self.nhs_number()}{self.digits(2)}",
            f"{self.digits(3)}{self.nhs_number()}",
            f"X{self.upn_number()}", f"{self.upn_number()}{self.digits(1)}", f"{self.ni_number()}E",
            f"{self.digits(1)}{self.ni_number()}",
            f"{self.random.getrandbits(256):064x}", f"\u00a3{self.digits(3)},{self.digits(3)}",
            f"{self.digits(4)} {self.digits(4)} {self.digits(4)} {self.digits(4)}",
            f"806 25{self.digits(5)}", "by 2021-22 a plan", "As 20-21-22 a", "Table A 2019 2020 2021",
            f"version 10.{self.digits(2)}.{self.digits(4)}.{self.digits(2)}",
        ]))
