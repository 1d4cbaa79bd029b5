// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import WebAttacks

@Suite("SQL injection")
struct SQLInjectionTests {
    @Test(
        "what a database would run as part of its statement is an injection",
        arguments: [
            "SELECT * FROM users", "1 or 1=1", "1 AND 4329=4329", "x' or 'a'='a", "admin'--",
            "1') and sleep(5)#", "-1 union all select 1,2,3", "1;drop table users--",
            "x'||(select version())||'", "1 order by 10--", "a' having 1=1--",
            "x' and email like '%",
            "1 and (select count(*) from information_schema.tables)>0",
            "'; exec xp_cmdshell('dir')--",
            "1 and extractvalue(1,concat(0x7e,version()))",
            "1 rlike (select case when 1=1 then 1 else 2 end)",
            "x\" or \"1\"=\"1", "1; waitfor delay '0:0:5'--", "1'/*!or*/1='1", "a' mod id--",
        ]
    )
    func isInjection(value: String) {
        #expect(classes(value).contains("sqli"))
    }

    @Test(
        "prose with the same words is none",
        arguments: [
            "where to buy", "union station", "select size",
            "students select courses from the catalog",
            "It's not easy, being green.", "4.7\" & iPhone 6 Plus 5.5", "D'or 1st parfume",
            "mother or daughter", "order by phone", "drop a table from the wall", "3 FOR 20",
            "CARD IS 4 AND A HALF X 5 AND A HALF INCHES", "\"SWEATER DRESS\" AND \"CHRISTMAS\"",
            "O'connors UNION selected a few friends from", "user's guide -- second edition",
            "create a table of contents", "insert coin into slot", "update your settings",
            "\"It was a virgin forest, a place where the Hand of Man had never set foot.\"",
            "select(2) implementation in Go (library)", "HUGE BRASS CLOCK GEAR 2 3/4\" - VINTAGE",
        ]
    )
    func isProse(value: String) {
        #expect(classes(value) == [])
    }

    @Test(
        "comments, case, blanks and encodings hide nothing",
        arguments: [
            "/?id=1/**/uNiOn%0bsElEcT/**/1,2", "/?id=1%2520union%2520select%25201",
            "/?id=1%09union%0Aselect%0D1", "/?id=1%u0027%u0020or%u00201=1--",
            "/?id=%EF%BC%87+or+1%3D1--", "/?id=1%26%2339;or+1=1--", "/?id=uni/**/on+sel/**/ect+1,2",
            "/?id=1%2B%61%6E%64%2B1%3D1",
        ]
    )
    func isHidden(target: String) {
        #expect(attacks(target).first?.kind == .sqlInjection)
    }

    @Test("a finding names parameter, value, evidence and reason")
    func finding() throws {
        let attack = try #require(attacks("/users/?lang=en&id=SELECT+*+FROM+users").first)

        #expect(attack.kind == .sqlInjection)
        #expect(attack.score == 85)
        #expect(attack.place == .parameter(Array("id".utf8)))
        #expect(attack.decoded == Array("SELECT * FROM users".utf8))
        #expect(Array(attack.decoded[attack.evidence]) == Array("SELECT * FROM users".utf8))
        #expect(attack.reason == "a select with columns and a table")
        #expect(attack.rounds == 0)
    }
}
