// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

@Suite("Reports of agents' modules")
struct ModuleReportTests {
    // MARK: Files

    private static let change = #"""
        {"type":"event","data":{"path":"/etc/x","mode":"realtime","type":"modified",\#
        "attributes":{"type":"file","size":12,"perm":"rw-r--r--","uid":"0","inode":42,\#
        "mtime":1769940000,"hash_md5":"aa"},"old_attributes":{"type":"file","size":10,"inode":42,\#
        "hash_md5":"a0"},"changed_attributes":["size","hash_md5"],"tags":"a,b",\#
        "audit":{"user_id":"0","user_name":"root","process_name":"/bin/vi"}}}
        """#

    @Test("a changed file is the alert's object syscheck, with what changed before and after")
    func changedFile() throws {
        var fixture = try Fixture(
            rules: Self.top("syscheck_integrity_changed"),
            source: Self.source(.fileIntegrity, "syscheck")
        )

        let alert = try #require(fixture.alerts(of: [Self.change]).first)

        #expect(
            alert.contains(
                #"""
                "syscheck":{"path":"/etc/x","mode":"realtime","size_before":"10",\#
                "size_after":"12","perm_after":"rw-r--r--","uid_after":"0",\#
                "md5_before":"a0","md5_after":"aa","mtime_after":"2026-02-01T10:00:00",\#
                "inode_after":42,"tags":["a","b"],"changed_attributes":["size","md5"],\#
                "event":"modified","audit":{"user":{"id":"0","name":"root"},\#
                "process":{"name":"/bin/vi"}}},"decoder"
                """#
            )
        )
        #expect(alert.contains(#""decoder":{"name":"syscheck_integrity_changed"},"location""#))
        #expect(
            alert.contains(
                #"""
                "full_log":"File '/etc/x' modified\nMode: realtime\n\#
                Changed attributes: size,md5\nSize changed from '10' to '12'\n
                """#
            )
        )
    }

    @Test("rules ask for a file's path and attributes by the names of Wazuh's manual")
    func fileFields() throws {
        let rules =
            Self.top("syscheck_integrity_changed")
            + rule(101, "<if_sid>100</if_sid><field name=\"file\">^/etc/x$</field>")
            + rule(102, "<if_sid>101</if_sid><field name=\"changed_fields\">md5</field>")
        var fixture = try Fixture(rules: rules, source: Self.source(.fileIntegrity, "syscheck"))
        let other = Self.change.replacing("/etc/x", with: "/etc/y")

        #expect(fixture.rules(of: [Self.change, other]) == "102 100")
    }

    @Test(
        "what happened to what chooses the decoder",
        arguments: [
            ("file", "added", "syscheck_new_entry"), ("file", "deleted", "syscheck_deleted"),
            ("registry_key", "added", "syscheck_registry_key_added"),
            ("registry_key", "modified", "syscheck_registry_key_modified"),
            ("registry_key", "deleted", "syscheck_registry_key_deleted"),
            ("registry_value", "added", "syscheck_registry_value_added"),
            ("registry_value", "modified", "syscheck_registry_value_modified"),
            ("registry_value", "deleted", "syscheck_registry_value_deleted"),
        ]
    )
    func fileDecoders(entry: String, change: String, decoder: String) throws {
        var fixture = try Fixture(rules: "", source: Self.source(.fileIntegrity, "syscheck"))
        let report = fixture.inspect(
            #"{"type":"event","data":{"path":"p","type":"\#(change)","attributes":{"type":"\#(entry)"}}}"#
        )

        #expect(report.decoder?.name == decoder)
    }

    // MARK: Windows

    @Test("an event of Windows becomes the document win, and meets rules as JSON does")
    func windows() throws {
        let rules =
            Self.top("windows_eventchannel")
            + rule(101, "<if_sid>100</if_sid><field name=\"win.system.eventID\">^4719$</field>")
        var fixture = try Fixture(
            rules: rules,
            source: Self.source(.windowsEventChannel, "EventChannel")
        )
        let event =
            """
            <Event xmlns='x'><System><Provider Name='P' Guid='{G}'/><EventID>4719</EventID>\
            <Level>0</Level><Keywords>0x8020000000000000</Keywords><Correlation/>\
            <TimeCreated SystemTime='T'/><Execution ProcessID='1' ThreadID='2'/>\
            <Channel>Security</Channel><Security/></System><EventData>\
            <Data Name='SubjectUserName'>-</Data><Data Name='Image'>C:\\\\a.exe </Data>\
            <Data Name='CategoryId'>%%8277</Data><Data Name='SubcategoryId'>%%13568</Data>\
            <Data Name='AuditPolicyChanges'>%%8448, %%8451</Data><Data>one</Data>\
            <Data>two</Data></EventData><UserData><Op><User>u</User></Op></UserData></Event>
            """

        let report = fixture.inspect("{\"Message\":\"It\\r\\nis\",\"Event\":\"\(event)\"}")

        #expect(report.rule?.id == 101)
        #expect(
            String(decoding: report.dataJSON, as: UTF8.self)
                == #"""
                {"win":{"system":{"providerName":"P","providerGuid":"{G}","eventID":"4719",\#
                "level":"0","keywords":"0x8020000000000000","systemTime":"T",\#
                "processID":"1","threadID":"2","channel":"Security",\#
                "severityValue":"AUDIT_SUCCESS","message":"\"It\r\nis\""},\#
                "eventdata":{"image":"C:\\\\a.exe","categoryId":"%%8277",\#
                "subcategoryId":"%%13568","auditPolicyChangesId":"%%8448, %%8451",\#
                "data":"one, two","category":"Policy Change",\#
                "subcategory":"Audit Policy Change",\#
                "auditPolicyChanges":"Success removed, Failure added"},\#
                "op":{"user":"u"}}}
                """#
        )
    }

    // MARK: Others

    @Test("a check of the configuration is told when it is new or its result is another")
    func assessment() throws {
        let rules =
            Self.top("sca")
            + rule(
                101,
                "<if_sid>100</if_sid><field name=\"sca.check.previous_result\">failed</field>"
            )
        var fixture = try Fixture(rules: rules, source: Self.source(.assessment, "sca"))
        let failed =
            #"""
            {"type":"check","id":7,"policy":"CIS","policy_id":"cis","check":{"id":5,\#
            "title":"T","compliance":{"cis":"1.1,1.2"},"command":["a","b"],"result":"failed"}}
            """#
        let passed = failed.replacing("failed", with: "passed")

        let alerts = fixture.alerts(of: [failed, failed, passed])

        #expect(alerts.count == 2)
        #expect(alerts[0].contains(#""groups":["local"],"cis":["1.1","1.2"]}"#))
        #expect(
            alerts[0].contains(
                #"""
                "data":{"sca":{"type":"check","scan_id":"7","policy":"CIS","check":{"id":"5",\#
                "title":"T","compliance":{"cis":"1.1,1.2"},"command":"a,b",\#
                "result":"failed"}}}
                """#
            )
        )
        #expect(alerts[1].contains(#""id":"101""#))
    }

    @Test("the inventory's changes have the names of Wazuh's manual")
    func inventory() throws {
        var fixture = try Fixture(
            rules: Self.top("syscollector"),
            source: Self.source(.inventory, "syscollector")
        )

        let fields = fixture.fields(
            of: #"""
                {"type":"dbsync_packages","operation":"INSERTED","data":{"name":"nginx",\#
                "vendor":" ","size":5,"checksum":"x"}}
                """#
        )

        #expect(
            fields == [
                "type=dbsync_packages", "program.name=nginx", "program.size=5",
                "operation_type=INSERTED",
            ]
        )
    }

    @Test("rootcheck's lines have title and file, and are new once for each agent")
    func rootcheck() throws {
        let rules = Self.top("rootcheck") + rule(101, "<if_sid>100</if_sid><if_fts></if_fts>")
        var fixture = try Fixture(rules: rules, source: Self.source(.rootcheck, "rootcheck"))
        let line = "System Audit: A title {CIS: 1.4}. File: /etc/fstab. Reference: r ."

        #expect(fixture.fields(of: line) == ["title=A title", "file=/etc/fstab"])
        #expect(fixture.rules(of: [line, line + "."]) == "100 101")
        #expect(
            fixture.fields(of: "Trojaned version of file '/bin/ls' detected").last == "file=/bin/ls"
        )
    }

    @Test("a host's ports are told when they are new and when they are others")
    func hosts() throws {
        var fixture = try Fixture(rules: "", source: Self.source(.hostInformation, "ossec"))
        let lines = ["22", "22", "22 80"].map { "Host: 10.0.0.1, open ports: \($0)" }

        let decoders = lines.map { fixture.inspect($0).decoder?.name }

        #expect(decoders == ["hostinfo_new", nil, "hostinfo_modified"])
    }

    @Test(
        "what is no report makes no alert, is counted, and traps nothing",
        arguments: EventKind.allCases.filter { $0 != .log }
    )
    func malformed(kind: EventKind) throws {
        var fixture = try Fixture(
            rules: rule(100, "<match>zzz</match>"),
            source: Self.source(kind, "x")
        )
        let deep = String(repeating: "{\"a\":", count: 5000)

        for text in ["", "{", "[]", "zzz", "{}", "{\"Event\":\"<Event\"}", deep, "\u{0}"] {
            #expect(fixture.alerts(of: [text]).isEmpty || kind == .rootcheck)
        }
        let silent: Set<EventKind> = [.synchronisation, .upgrade, .rootcheck]
        #expect(silent.contains(kind) || fixture.engine.counters.malformedReports > 0)
    }

    @Test("logs of the same text are logs, whatever their location")
    func logs() throws {
        var fixture = try Fixture(rules: Self.top("syscheck_integrity_changed"))

        #expect(fixture.inspect(Self.change).decoder?.name == "json")
    }

    // MARK: Support

    /// The template of the category, and rule 100 for a decoder.
    private static func top(_ decoder: String) -> String {
        """
        <group name="ossec,"><rule id="7" level="0" noalert="1"><category>ossec</category>\
        <description>ossec</description></rule></group>
        """ + rule(100, "<category>ossec</category><decoded_as>\(decoder)</decoded_as>")
    }

    private static func source(_ kind: EventKind, _ location: String) -> EventSource {
        EventSource(
            agent: AgentIdentity(id: "004", name: "web", address: "10.0.0.4"),
            location: location,
            kind: kind
        )
    }
}
