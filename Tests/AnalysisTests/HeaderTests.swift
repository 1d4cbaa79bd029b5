// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Testing

@Suite("The pre-decoder")
struct HeaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let timestamp: String?
        let hostname: String?
        let program: String?
        let log: String

        init(_ text: String, _ ts: String?, _ host: String?, _ program: String?, _ log: String) {
            self.text = text
            timestamp = ts
            hostname = host
            self.program = program
            self.log = log
        }

        var testDescription: String { text }
    }

    static let cases: [Case] = [
        // The table of §3.4.
        Case("Feb  1 10:00:00 srv1 sshd[77]: hello", feb, "srv1", "sshd", "hello"),
        Case("Feb  1 10:00:00 srv1 kernel: a: b", feb, "srv1", "kernel", "a: b"),
        Case("Feb  1 10:00:00 srv1 kernel:a", feb, "srv1", "kernel", "a"),
        Case("Feb  1 10:00:00 last: repeated", feb, nil, "last", "repeated"),
        Case("Feb  1 10:00:00 srv1 some text", feb, "srv1", nil, "some text"),
        Case("Feb  1 10:00:00 srv1 app[x]: hi", feb, "srv1", nil, "app[x]: hi"),
        Case("Feb  1 10:00:00 {\"a\":1}", feb, nil, nil, "{\"a\":1}"),
        Case("Feb  1 10:00:00 srv1 su[12] ok", feb, "srv1", "su", "ok"),
        Case("{\"a\":1}", nil, nil, nil, "{\"a\":1}"),
        // Group A.
        Case("2015-04-16 21:51:02,805 h p: x", "2015-04-16 21:51:02,805", "h", "p", "x"),
        Case(
            "2007-06-14T15:48:55-04:00 h p[1]: long enough",
            "2007-06-14T15:48:55-04:00",
            "h",
            "p",
            "long enough"
        ),
        Case(
            "2022-12-19T15:02:53.288+00:00 h p: x",
            "2022-12-19T15:02:53.288+00:00",
            "h",
            "p",
            "x"
        ),
        Case(
            "2009-05-22T09:36:46.214994-07:00 h p: x",
            "2009-05-22T09:36:46.214994-07:00",
            "h",
            "p",
            "x"
        ),
        Case(
            "2009-05-22T09:36:46.214994+0700 h p: x",
            "2009-05-22T09:36:46.214994+0700",
            "h",
            "p",
            "x"
        ),
        Case("2015 Dec 29 10:00:01 h p: x", "2015 Dec 29 10:00:01", "h", "p", "x"),
        Case(
            "2021-04-21 10:16:09.404756-0700 h p: x",
            "2021-04-21 10:16:09.404756-0700",
            "h",
            "p",
            "x"
        ),
        Case("Mär  1 10:00:00 srv1 sshd: x", "Mär  1 10:00:0", "srv1", "sshd", "x"),
        // Program names.
        Case("Feb  1 10:00:00 srv1 a[1]: [ID 702911 auth.info] x", feb, "srv1", "a", "x"),
        Case("Feb  1 10:00:00 srv1 auth|security:info su: msg", feb, "srv1", "su", "msg"),
        Case("Feb  1 10:00:00 srv1 auth|security:info su[9]: msg", feb, "srv1", "su", "msg"),
        Case(
            "Feb  1 10:00:00 srv1 auth|security:info su msg",
            feb,
            "srv1",
            "su msg",
            " msg"
        ),
        Case("Feb  1 10:00:00 srv1", feb, nil, nil, "srv1"),
        Case("Feb  1 10:00:00 srv1 ", feb, "srv1", nil, ""),
        Case("Feb  1 10:00:00 srv1 : x", feb, "srv1", "", "x"),
        // Group B.
        Case(
            "Mon Apr 17 18:27:14 2006 1 64.160.42.130",
            "Mon Apr 17 18:27:14 2006",
            nil,
            nil,
            "1 64.160.42.130"
        ),
        Case(
            "01/28-09:13:16.240702  [**] x",
            "01/28-09:13:16.240702",
            nil,
            nil,
            "[**] x"
        ),
        Case(
            "01/28/1979-09:13:16.240702  [**] x",
            "01/28/1979-09:13:16.240702",
            nil,
            nil,
            "[**] x"
        ),
        Case(
            "[Fri Feb 11 18:06:35 2004] [warn] x",
            "Fri Feb 11 18:06:35 2004",
            nil,
            nil,
            "[warn] x"
        ),
        Case(
            "[Time 2006.12.28 15:53:55 UTC] [Facility auth] [Sender sshd] [PID 1] [Message a b]"
                + " [Level 3] [UID -2] [Host mac]",
            nil,
            "mac",
            "sshd",
            "a b"
        ),
        Case(
            "1140804070.368  11623 10.0.0.1 TCP_MISS/200",
            "1140804070.368 ",
            nil,
            nil,
            "11623 10.0.0.1 TCP_MISS/200"
        ),
    ]
    private static let feb = "Feb  1 10:00:00"

    @Test("finds time, host and program, and where the log starts", arguments: cases)
    func parse(_ example: Case) {
        let text = [UInt8](example.text.utf8)

        let header = HeaderParser.parse(text.span)

        func string(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        #expect(header.timestamp.map(string) == example.timestamp)
        #expect(header.hostname.map(string) == example.hostname)
        #expect(header.programName.map(string) == example.program)
        #expect(string(header.log) == example.log)
    }

    @Test("a line cut at any byte is no trap, and its log lies within it", arguments: cases)
    func cut(_ example: Case) {
        let text = [UInt8](example.text.utf8)
        for count in 0...text.count {
            let header = HeaderParser.parse(text.span.extracting(0..<count))

            #expect(header.log.upperBound <= count)
        }
    }
}
