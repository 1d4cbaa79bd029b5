// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Testing

@Suite("Settings of engines and containers")
struct ContainerSettingsTests {
    private typealias Term = ContainerSettings.Term

    private static func read(_ inner: String) -> OssecConfiguration {
        OssecConfiguration(
            [UInt8]("<ossec_config><jaga>\(inner)</jaga></ossec_config>".utf8),
            file: "ossec.conf"
        )
    }

    @Test("the section <jaga> names engines, containers and labels")
    func section() {
        let read = Self.read(
            """
            <engine>unix:///var/run/docker.sock</engine>
            <engine cert_path="/etc/jaga/db1" verify="yes">tcp://db1:2376</engine>
            <containers>
              <include name="web*"/>
              <exclude image="*/pause*" label="tier=test"/>
              <label>com.docker.*</label>
            </containers>
            """
        )

        #expect(read.diagnostics.isEmpty, "\(read.diagnostics)")
        let settings = read.settings.containers
        #expect(settings.includes == [Term(name: "web*")])
        #expect(settings.excludes == [Term(image: "*/pause*", label: "tier=test")])
        #expect(settings.shownLabels == ["com.docker.*"])
        #expect(settings.engines.map(\.host) == ["unix:///var/run/docker.sock", "tcp://db1:2376"])
        #expect(settings.engines.map(\.certificatePath) == ["", "/etc/jaga/db1"])
        #expect(settings.engines.map(\.verifies) == [nil, true])
    }

    @Test(
        "what is wrong is named with its line, and the rest holds",
        arguments: [
            ("<engine>ssh://db1</engine>", "bad-engine"), ("<engine></engine>", "bad-engine"),
            (#"<engine verify="maybe">tcp://db1</engine>"#, "bad-value"),
            ("<containers><include/></containers>", "bad-value"),
            (#"<containers><exclude nmae="x"/></containers>"#, "bad-value"),
            ("<engines>x</engines>", "unknown-element"),
            ("<containers><inlcude/></containers>", "unknown-element"),
        ]
    )
    func wrong(text: String, code: String) {
        let read = Self.read(text + #"<containers><include name="web"/></containers>"#)

        #expect(read.diagnostics.map(\.code) == [code])
        #expect(read.diagnostics.map(\.line) == [1])
        #expect(read.settings.containers.includes == [Term(name: "web")])
        #expect(read.settings.containers.engines.isEmpty)
    }

    @Test("environment replaces the file, and flags replace the environment, thing by thing")
    func precedence() {
        var file = ContainerSettings()
        file.includes = [Term(name: "file")]
        file.excludes = [Term(name: "file")]
        file.shownLabels = ["file"]
        let environment = ContainerSettings(environment: [
            "JAGA_INCLUDE_CONTAINERS": "a, b*", "JAGA_INCLUDE_LABELS": "k=v",
            "JAGA_EXCLUDE_IMAGES": "env", "JAGA_DOCKER_HOSTS": "unix:///a.sock,tcp://b",
        ])
        var flags = ContainerSettings()
        flags.excludes = [Term(name: "flag")]

        let all = file.overlaid(by: environment).overlaid(by: flags)

        #expect(all.includes == [Term(name: "a"), Term(name: "b*"), Term(label: "k=v")])
        #expect(all.excludes == [Term(name: "flag")])
        #expect(all.shownLabels == ["file"])
        #expect(all.engines.map(\.host) == ["unix:///a.sock", "tcp://b"])
    }

    @Test("an engine's address that cannot be used is a line that says why")
    func problems() {
        var settings = ContainerSettings()
        settings.engines = [
            ContainerSettings.Engine(host: "unix:///a.sock"),
            ContainerSettings.Engine(host: "unix://relative"),
        ]

        #expect(
            settings.problems(environment: [:]) == [
                "DOCKER_HOST is `unix://relative`: the path is not absolute; "
                    + "use unix:///var/run/docker.sock"
            ]
        )
    }
}
