// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The tutorial's second use case: what is done through containers.
@Suite(
    "use case 2: web attacks through a container's log",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct UseCaseTwoTests {
    private static let attack = "/users/?id=SELECT+*+FROM+users"

    @Test("with no configuration, the request is an SQL-injection alert, decoded whole")
    func withoutConfiguration() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("test-container")
        defer { engine.remove("test-container") }
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        try engine.docker(
            "run",
            "--name",
            "test-container",
            "-p",
            "80:80",
            "-d",
            "--label",
            "com.docker.compose.project=shop",
            "--label",
            "com.docker.compose.service=web",
            "nginx"
        )
        try engine.curl(Self.attack, port: 80)
        let alert = try jaga.alert("31103", "test-container") { $0.rule.id == "31103" }
        #expect(alert.rule.level >= 7)
        #expect(alert.rule.groups.contains("sql_injection"))
        #expect(alert.decoder.name == "web-accesslog")
        #expect(alert.data?.srcip == TestEngine.client)
        #expect(alert.data?.protocol == "GET")
        #expect(alert.data?.url == Self.attack)
        #expect(alert.data?.id == "404")
        #expect(alert.data?.container?.name == "test-container")
        #expect(alert.data?.container?.image == "nginx")
        #expect(alert.data?.container?.id.count == 64)
        #expect(alert.data?.container?.compose?.project == "shop")
        #expect(alert.data?.container?.compose?.service == "web")
        #expect(alert.full_log?.hasPrefix(TestEngine.client + " - - [") == true)
        #expect(try jaga.process.stop() == 0)
    }

    @Test("an answered attack is no less an attack")
    func answeredAttack() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-web")
        defer { engine.remove("jaga-web") }
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        try engine.docker("run", "--name", "jaga-web", "-p", "8080:80", "-d", "httpd")
        try engine.curl("/index.html?id=SELECT+*+FROM+users", port: 8080)
        let alert = try jaga.alert("jaga-web", "31103") { alert in
            alert.data?.id == "200" && alert.rule.groups.contains("sql_injection")
        }
        #expect(alert.rule.level >= 7)
        #expect(try jaga.process.stop() == 0)
    }

    @Test("the tutorial's ossec.conf and local_decoder.xml give Wazuh's result, once")
    func tutorialConfiguration() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("test-container")
        defer { engine.remove("test-container") }
        let folder = try TemporaryFolder()
        let configuration = folder.path + "/ossec.conf"
        try Tutorial.configuration.write(
            toFile: configuration,
            atomically: false,
            encoding: .utf8
        )
        let decoders = folder.path + "/data/etc/decoders"
        try FileManager.default.createDirectory(
            atPath: decoders,
            withIntermediateDirectories: true
        )
        try Tutorial.decoder.write(
            toFile: decoders + "/local_decoder.xml",
            atomically: false,
            encoding: .utf8
        )
        // The tutorial's path is the engine's own data root: it is laid there
        // in a mount namespace of Jaga's.
        let script =
            "mkdir -p /var/lib/docker && mount --bind '\(engine.folder)/data' /var/lib/docker && exec \"$@\""
        let jaga = try RunningJaga(
            ["--config", configuration],
            environment: ["DOCKER_HOST": engine.host],
            folder: folder,
            wrapper: ["unshare", "--mount", "sh", "-c", script, "sh"],
            ready: "watching"
        )
        try engine.docker("run", "--name", "test-container", "-p", "80:80", "-d", "nginx")
        try engine.curl(Self.attack, port: 80)
        let alert = try jaga.alert(within: 20, "31103") { $0.rule.id == "31103" }
        #expect(alert.rule.level == 7)
        #expect(alert.decoder.name == "web-accesslog-docker")
        #expect(alert.decoder.parent == "json")
        #expect(alert.data?.srcip == TestEngine.client)
        #expect(alert.data?.protocol == "GET")
        #expect(alert.data?.url == Self.attack)
        #expect(alert.data?.id == nil)
        #expect(alert.location.hasPrefix("/var/lib/docker/containers/"))
        #expect(try jaga.process.stop() == 0)
        let urls = try jaga.alerts().compactMap { $0.data?.url }
        #expect(urls == [Self.attack])
    }

    @Test("Apache's combined log decodes as nginx's does")
    func apache() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-apache")
        defer { engine.remove("jaga-apache") }
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        try engine.docker("run", "--name", "jaga-apache", "-p", "8081:80", "-d", "httpd")
        try engine.curl("/index.html?q=<script>alert(1)</script>", port: 8081, "-g")
        let alert = try jaga.alert("jaga-apache", "31105") {
            $0.data?.url?.contains("script") == true
        }
        #expect(alert.data?.srcip == TestEngine.client)
        #expect(alert.decoder.name == "web-accesslog")
        #expect(try jaga.process.stop() == 0)
    }
}

/// The tutorial's files, to the letter.
enum Tutorial {
    static let configuration = """
        <ossec_config>
        <wodle name="docker-listener">
          <interval>10m</interval>
          <attempts>5</attempts>
          <run_on_start>no</run_on_start>
          <disabled>no</disabled>
        </wodle>
        <localfile>
          <log_format>syslog</log_format>
          <location>/var/lib/docker/containers/*/*-json.log</location>
        </localfile>
        </ossec_config>
        """

    static let decoder = #"""
        <decoder name="web-accesslog-docker">
          <parent>json</parent>
          <type>web-log</type>
          <use_own_name>true</use_own_name>
          <prematch offset="after_parent">^log":"\S+ \S+ \S+ \.*[\S+ \S\d+] \.*"\w+ \S+</prematch>
          <regex offset="after_parent">^log":"(\S+) \S+ \S+ \.*[\S+ \S\d+] \.*"(\w+) (\S+)</regex>
          <order>srcip,protocol,url,id</order>
        </decoder>

        <decoder name="json">
          <parent>json</parent>
          <use_own_name>true</use_own_name>
          <plugin_decoder>JSON_Decoder</plugin_decoder>
        </decoder>
        """#
}
