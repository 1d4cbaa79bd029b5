// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension LexiconWords {
    static var places: [(Roles, String)] {
        [
            (
                .systemFolder,
                """
                etc proc var usr opt root boot home bin sbin lib lib64 dev sys mnt tmp srv run volumes \
                xampp wamp inetpub windows winnt apache apache2 apache22 apache24 nginx httpd php php4 php5 \
                mysql phpmyadmin private system32 system32 users library applications program logs log conf \
                tomcat websphere weblogic jboss app proftpd postgresql mariadb mssql oracle web php7 core include \
                includes inc config minixml lampp cygwin mysqladmin web-inf meta-inf
                """
            ),
            (
                .systemFile,
                """
                passwd shadow group hosts hostname issue motd fstab crontab sudoers profile services inetd \
                vsftpd proftpd resolv network samba mysql logrotate nginx apache apache2 httpd php ssh \
                security debian_version environ cmdline mounts version boot win system desktop ntuser \
                php5 my sshd_config sshd ssh_config gshadow aliases mtab bashrc updatedb nsswitch modules \
                httpd-ssl access_log error_log access error authlog auth syslog messages maillog secure \
                wtmp utmp lastlog xferlog htaccess htpasswd bash_history bash_profile bashrc mysql_history \
                web server context applicationhost machine sysprep unattend unattended sam setuplog \
                proftpdpasswd pure-ftpd vhosts redhat-release config status stat self fd net cpuinfo meminfo \
                route arp tcp udp sched_debug modules interrupts swaps partitions id_rsa authorized_keys \
                known_hosts changelog
                """
            ),
            (
                .extensionName,
                """
                ini conf log cfg cnf config bak old orig save swp sql env inc dat passwd history pem key \
                yml yaml xml properties db mdb sqlite htaccess pid sock crt php txt lst bat
                """
            ),
            (
                .sensitiveName,
                """
                env git gitignore gitconfig svn hg bzr cvs ssh aws docker dockerenv kube htaccess htpasswd htgroup htusers \
                bash_history bash_profile bashrc bash_logout profile npmrc netrc pgpass mysql_history \
                vscode idea ds_store gitlab-ci github travis circleci terraform azure gcloud boto s3cfg \
                dockercfg dockerignore passwd sh_history zshrc zsh_history viminfo rediscli_history \
                cursor cursorignore cursorrules windsurf windsurfrules cline clinerules kiro claude junie roo roorules continue \
                aider codeium copilot gemini codex amazonq trae augment zed fleet nuxt next yarnrc \
                gnupg subversion config composer pypirc rhosts forward mailrc lesshst psql_history \
                python_history node_repl_history irb_history php_history wget-hsts my_cnf rvmrc \
                vault-token ansible vagrant jenkins drone tfstate tfvars muttrc
                """
            ),
            (
                .scheme,
                """
                http https ftp ftps file gopher dict ldap ldaps tftp smb jar netdoc sftp php phar data rmi \
                rsync svn imap imaps pop3 smtp telnet ssh2 local_file iiop dns nis nds corba javascript vbscript ssh mailto ws wss feed view-source unix xri acap \
                url
                """
            ),
            (
                .fetchScheme,
                """
                file gopher dict ldap ldaps tftp smb jar netdoc sftp rmi acap xri svn rsync imap imaps pop3 \
                smtp telnet ssh2 local_file
                """
            ),
        ]
    }

    static var others: [(Roles, String)] {
        [
            (
                .probeName,
                "hnap1 boaform goform _ignition actuator phpunit jmx inf luci id_rsa"
            ),
            (
                .powerShell,
                """
                downloadstring downloadfile frombase64string webclient invoke-expression encodedcommand \
                comobject tcpclient
                """
            ),
            (
                .header,
                """
                set-cookie location content-type content-length content-disposition transfer-encoding \
                refresh host remote-addr connection referer user-agent x-forwarded-for cookie link date \
                access-control-allow-origin bcc cc subject
                """
            ),
            (.verb, "get post head put delete options trace connect patch"),
            (
                .mailVerb,
                """
                ehlo helo rcpt mail auth retr capability authenticate status fetch append examine dele stat \
                login list select expunge vrfy expn uidl starttls starttls noop lsub store search copy uid quit rset \
                etrn top data user pass
                """
            ),
            (
                .includeDirective,
                "exec include echo config printenv fsize flastmod set if elif endif"
            ),
            (
                .scannerName,
                """
                sqlmap nikto nuclei wpscan dirbuster dirsearch gobuster feroxbuster ffuf wfuzz masscan zgrab \
                nessus openvas acunetix netsparker invicti qualys w3af wapiti havij sqlninja commix arachni \
                skipfish whatweb webshag webbandit xsser xsstrike dalfox nmap zmeu morfeus libwhisker whisker \
                hydra brutus bfac shortscan tinja tplmap joomscan cmsmap droopescan jaeles jorgee trufflehog \
                hexometer panoptic metis pangolin fimap paros interactsh oast zaproxy owasp dirb l9explore \
                l9tcpid leakix tsunamisecurityscanner webinspect appscan uniscan blackwidow golismero \
                subfinder katana naabu bsqlbf absinthe mysqloit sqlget jbrofuzz webtrends nsauditor whcc \
                burpcollaborator grabber brakeman webvulnscan vega wpoison xenu datacha0s cgichk n-stealth \
                nstalker securityscan springenwerk prowebwalker revolt scanbot toata voideye wikto zgrab2 \
                projectdiscovery wprecon cmseek photon gospider hakrawler kiterunner x8 rustscan
                """
            ),
        ]
    }

    static var sqlKinds: [(SQLKind, String)] {
        [
            (
                .statement,
                """
                select insert update delete drop create alter truncate exec execute declare waitfor merge grant \
                revoke shutdown replace handler call begin use load copy explain analyze show prepare \
                deallocate attach vacuum pragma rename desc describe exec print
                """
            ),
            (.union, "union intersect except minus"),
            (
                .clause,
                """
                from where having into values set limit offset order group by when then else end as on join \
                inner outer cross natural using returning fetch top case procedure partition over for \
                window against escape asc temporary outfile dumpfile delay
                """
            ),
            (.logic, "or and xor"),
            (.not, "not"),
            (
                .comparison,
                "like rlike regexp in is between similar glob sounds ilike match contains eqv imp overlaps"
            ),
            (.arithmetic, "div mod collate at"),
            (.prefix, "binary exists any all some distinct distinctrow unique interval array row"),
            (
                .constant,
                """
                null true false current_user session_user system_user current_date current_time \
                current_timestamp localtime localtimestamp sysdate rownum rowid unknown utc_date utc_time
                """
            ),
        ]
    }
}
