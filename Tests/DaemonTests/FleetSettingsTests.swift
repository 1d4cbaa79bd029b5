// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

@Suite("<remote> and <auth>")
struct FleetSettingsTests {
    @Test("without them no agent is listened to")
    func none() {
        let fleet = Self.read("").settings.fleet

        #expect(fleet.remote == nil)
        #expect(fleet.enrolment == nil)
    }

    @Test("a stock manager's sections are taken as they stand")
    func stock() {
        let read = Self.read(
            """
            <global>
              <agents_disconnection_time>10m</agents_disconnection_time>
              <agents_disconnection_alert_time>30s</agents_disconnection_alert_time>
            </global>
            <remote>
              <connection>secure</connection>
              <port>1514</port>
              <protocol>tcp,udp</protocol>
              <queue_size>131072</queue_size>
            </remote>
            <auth>
              <disabled>no</disabled>
              <port>1515</port>
              <use_source_ip>no</use_source_ip>
              <force>
                <enabled>yes</enabled>
                <key_mismatch>yes</key_mismatch>
                <disconnected_time enabled="no">1h</disconnected_time>
                <after_registration_time>2h</after_registration_time>
              </force>
              <purge>yes</purge>
              <use_password>yes</use_password>
              <ssl_verify_host>no</ssl_verify_host>
              <ssl_manager_cert>etc/sslmanager.cert</ssl_manager_cert>
              <ssl_manager_key>etc/sslmanager.key</ssl_manager_key>
            </auth>
            """
        )

        var fleet = FleetSettings()
        var remote = FleetSettings.Remote()
        remote.usesUDP = true
        fleet.remote = remote
        var enrolment = FleetSettings.Enrolment()
        enrolment.purges = true
        enrolment.usesPassword = true
        enrolment.disconnectedSeconds = nil
        enrolment.registeredSeconds = 7_200
        fleet.enrolment = enrolment
        fleet.disconnectionSeconds = 600
        fleet.disconnectionAlertSeconds = 30
        #expect(read.settings.fleet == fleet)
        #expect(read.diagnostics.isEmpty)
    }

    @Test(
        "what keeps nobody out, or listens to nobody, is not taken for the opposite",
        arguments: [
            "<auth><ssl_verify_host>yes</ssl_verify_host></auth>",
            "<auth><disabled>yes</disabled></auth>",
            "<auth><disabled>maybe</disabled></auth>",
            "<auth><remote_enrollment>no</remote_enrollment></auth>",
            "<remote><connection>syslog</connection></remote>",
            "<remote><protocol>carrier pigeon</protocol></remote>",
            "<remote><port>70000</port></remote>",
        ]
    )
    func off(_ text: String) {
        let fleet = Self.read(text).settings.fleet

        #expect(fleet.remote == nil)
        #expect(fleet.enrolment == nil)
    }

    @Test("an agent's address is verified where its certificate is")
    func verifiedAddress() {
        let read = Self.read(
            "<auth><ssl_agent_ca>etc/agents.pem</ssl_agent_ca>"
                + "<ssl_verify_host>yes</ssl_verify_host></auth>"
        )

        #expect(read.settings.fleet.enrolment?.agentAuthority == "etc/agents.pem")
        #expect(read.settings.fleet.enrolment?.verifiesAgentAddress == true)
    }

    private static func read(_ text: String) -> OssecConfiguration {
        OssecConfiguration(
            Array("<ossec_config>\(text)</ossec_config>".utf8),
            file: "ossec.conf"
        )
    }
}
