// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Testing

@Suite("<client>, <client_buffer> and <labels>")
struct ClientSettingsTests {
    private static func read(_ text: String) -> OssecConfiguration {
        OssecConfiguration(
            Array("<ossec_config>\(text)</ossec_config>".utf8),
            file: "ossec.conf"
        )
    }

    @Test("without them nobody is reported to")
    func none() {
        #expect(Self.read("").settings.client.servers == [])
    }

    @Test("a stock agent's sections are taken as they stand")
    func stock() {
        let read = Self.read(
            """
            <client>
              <server><address>manager.example</address><port>1514</port>
                <protocol>tcp</protocol></server>
              <server><address>10.0.0.2</address><protocol>udp</protocol>
                <max_retries>3</max_retries><retry_interval>4</retry_interval></server>
              <config-profile>debian, debian12</config-profile>
              <notify_time>20</notify_time>
              <time-reconnect>60</time-reconnect>
              <auto_restart>yes</auto_restart>
              <crypto_method>aes</crypto_method>
              <enrollment>
                <enabled>yes</enabled>
                <groups>docker,web</groups>
                <authorization_pass_path>etc/authd.pass</authorization_pass_path>
              </enrollment>
            </client>
            <client_buffer>
              <disabled>no</disabled>
              <queue_size>4000</queue_size>
              <events_per_second>300</events_per_second>
            </client_buffer>
            <labels>
              <label key="place">cellar</label>
              <label key="rack" hidden="yes">7</label>
            </labels>
            """
        )
        let client = read.settings.client

        #expect(read.diagnostics.map(\.description) == [])
        #expect(client.servers.map(\.host) == ["manager.example", "10.0.0.2"])
        #expect(client.servers.map(\.usesUDP) == [false, true])
        #expect(client.servers.map(\.maxRetries) == [5, 3])
        #expect(client.servers.map(\.retrySeconds) == [10, 4])
        #expect(client.enrolment?.groups == "docker,web")
        #expect(client.eventsPerSecond == 300)
        #expect(client.queueSize == 4_000)
        #expect(
            client.labels == [
                .init(key: "place", value: "cellar", isHidden: false),
                .init(key: "rack", value: "7", isHidden: true),
            ]
        )
    }

    @Test("a manager counts as silent only after three keep-alives at least")
    func silence() {
        let client = Self.read(
            "<client><server><address>a</address></server><notify_time>90</notify_time></client>"
        ).settings.client

        #expect(client.silenceSeconds == 270)
    }

    @Test("a value may stand on a line of its own")
    func ownLine() {
        let client = Self.read(
            "<client><server><address>\n  manager.example\r\n</address></server></client>"
        ).settings.client

        #expect(client.servers.map(\.host) == ["manager.example"])
    }

    @Test("enrolment and the buffer can be switched off")
    func off() {
        let client = Self.read(
            """
            <client><server><address>a</address></server>
            <enrollment><enabled>no</enabled></enrollment></client>
            <client_buffer><disabled>yes</disabled></client_buffer>
            """
        ).settings.client

        #expect(client.enrolment == nil)
        #expect(client.eventsPerSecond == nil)
    }

    static let bad = [
        "<client><server><port>1514</port></server></client>",
        "<client><server><address>a</address><port>0</port></server></client>",
        "<client><server><address>a</address><protocol>sctp</protocol></server></client>",
        "<client><server><address>a</address></server><crypto_method>rot13</crypto_method></client>",
    ]

    @Test("a bad value leaves the section out, and is said", arguments: bad)
    func badValue(_ text: String) {
        let read = Self.read(text)

        #expect(read.hasErrors)
        #expect(read.settings.client.servers == [])
    }

    @Test("labels that are Wazuh's own, or have no name, are passed over and said")
    func badLabels() {
        let read = Self.read(
            "<labels><label key=\"_x\">1</label><label>2</label><label key=\"a\">3\n4</label></labels>"
        )

        #expect(read.diagnostics.map(\.code) == ["bad-label", "bad-label"])
        #expect(read.settings.client.labels.map(\.value) == ["3 4"])
    }
}
