/// Ids that were given out before forms were declared: fifty of each kind, with the secret of their server's key file.
enum IssuedIDs {
    /// The key file's 32 bytes.
    static let secret = "08396b7303443a2621c9a1a97cf609adc39037273dc8accdb5380748b3ba8c4d"

    typealias Issued = (number: Int64, text: String)

    private static func issued(_ numbers: [Int64], prefix: String, _ words: String) -> [Issued] {
        let texts = words.split { $0 == " " || $0 == "\n" }
        return zip(numbers, texts).map { Issued(number: $0, text: prefix + $1) }
    }

    static let messages = issued(
        Array(1..<51), prefix: "em_",
        """
        27b62u9zryppg44pvc 32x83ihv3k4cbh4nng 0pdu4r2ngcfwt6h0oq 295fd48oi4st2jsw7x 9sc6sgu0ctmdwvnhe4
        0gvb2pmyhziq45c3ym 60yxkrpilxmonc37qx 4cflhzve3s8nb7ciel 1gt6w11ca7n51zpg7c br22jypvvezoupfm1i
        dkcu9q53pcgr6adnva 82zywkii2zx38eesbz 29ibieciq9br2wbwv0 45220w76ltpqamc6gp gwf3gibywlo8pt43c9
        az3gol9f0wf37ncr29 fwttsh4tq5yqnvebmq c6gzoho9buljy9nzkv 1ztstxvwiaw5zylgqp 1qvbdu9orknvadgngx
        eili2jfjolpluzs486 8q10n5vgrdo5hhbdcp 2e5divlt9v045gg3py 9i6crkje9tcyri4coy f0y9pvu744w1u3k9ve
        a3kdvfljoeniivjoh7 31d3q25ua7x8c7anor f776ko8tkgeqvmiol8 3ptwhvc5za7n2bjdoe gwrdzktmdxx85101je
        7vtewi5l57a0d1kvuz bmc1crm83qahg7za2e crh3t9gkb3709qjy96 1dfd87wzeymvrgrord fiqbjwipd5pn8d253n
        5jxw9rvf4jc3du0jl4 7xd6ici3v526w8kszy cghl722b88ipk54cbs exrb6fxsy0ljgigsw6 4pd4aymf5gv3qqf2o2
        dyhorldgavpv5sb8zf ahu7wx987slrxj6r6y 3w84r8ovj4aw47c7qy aqxrhpvuhrnttiz7ds bpko5po0d3qzsta641
        gjnaoeolbhtaqio4x9 19bmjbcjnmwgrvicf3 11wtl3x4uqcwpymbgo 5otjb0aa1hs4g8iety exaq76kbvm556fro72
        """)

    static let domains = issued(
        Array(1..<51), prefix: "dom_",
        """
        h9j1ez76lvel29u963 ehypl92my1mua0fyby gtnamwk2plj6ryvwtb 9vr4qbzgabq5h3ziq6 1hh0psh93o4ul7kppx
        32eqowbbl5h6goez4q 1rry9qayyvz5xmhdq2 7c7il52r3tuv8qp0li bi0aps5htqiw897eg7 7g2f3jiffa91sepdhn
        89p7g27full270t7dg bhtu23hldsrxg6ub89 2rouhajsdqytvjw5wh euoprk9e31i4lxavwd cizryfhrdfw4gny7yw
        62zy3ikiod5uyidheh e85mtt93g6ctqu323j ga56v8w4zkicejqtu0 gjodyf6upcqjf6s7hl efo6yk0ky22k2owhzm
        gr2v9ztaypmx2sw8n0 926i2lmxx1k1k6polf 79a53foji6ji60trc5 1l5darzsai3v1vg1tg 7ijnc2enf26wouonw8
        5hpdaevba0ripx68o9 dhnvtiaxy8z2w88hr0 7yhqs3g3vovducs479 211jh9kag7hxctn6gf a3wia0jhiotacz2poz
        djozota2ge3egqcmli 5u2rrs3mmos6vy5oqg gkmbyvg0w57qhbnvxm 1ar3v6fp7v8qgppozt 5jnse6iicoxqaiej4s
        6e23uv7i5f656v3s6d 1ebenew9uafzqmlik6 2g6a4xy0x5mai8kbb8 8miw57g171d2tiosbf dj2jqb1bu12t2wt99w
        axuwztbc3us9oq68ws civygnzssjxokinge7 47qbx7tberl78zaf45 61y4t2g4rdkfqewu1q ds7v2yk9lyaxr8dfil
        4muxyw2kknwe80s91f bxyd8x83xpa287dimn 3pzo0s7qtbhzyffhx3 3035j8qgcunpb0prk2 4m79t2cfvw73yz1k3x
        """)

    static let events = issued(
        Array(1..<51), prefix: "evt_",
        """
        4bvmu91y2kz5h4aqtq ccehq36oubevzwqmlm 8si8b6f3ggq274fjil 9gv76higxzv5szwhnk f8k1dz26o4prl4h7bl
        d5y187k5660pyngomm d4fryvy54ptfgwaok8 35wjwramrfi9kyf6sv 6180x0yg18ko862n7x fbzej1gswc95vfp3z7
        1ikl2xkhh060cbbjmj 4r5o6sdsz67ezojx0q a3ie7i3qemgfctvfpg bigmz1s7xiqinbz3u9 fiqvpxav40b2qe3opj
        6wx5er0tt8b3f9f0h0 7xzqjc9c8antrx4t62 az1pyy7ofjtw31m638 0n50edgmrndzw5fsnj 1d1m0cn0obupu9nz83
        8ipmte60hcwnnok5j8 36xblss2rg9hiwhgnw 82gmb70aluo1gzt22s dkwhjipo4ga9cd4uqk f7dblpvmtefbmbd4o8
        ey73ve8wysnzg2n0qm 38vq7f4xacflyr7ska eu3flle1s39tik0exp 2g45qfkuk9x3tpi7w3 6izvdpi8i5d0mrfuyy
        705iagze63czahw8gk 2zlup2r7ccdy3sru1p c2kwllvyngstkd72wy g3w1ja4ibj4y4sohzm 1armkaqs1q9faackcs
        1dkt376gv81tlu94s6 2cmguk1fkp5k2tzxnk 7xi7te30oa4wpwxq88 grblaq52t72qellxyw 9c2vznburj5enb6jec
        6786sfmbxu8bj30hgu edr8ro0xtnygbtdkpl 1rtvvtypenqcy11tl7 ba98vz5bcnt689zzno 4kya1kad249xyb72cv
        cmwgw2000o883ubbs6 grrliblzru71cseivd glw0t12nv5nf531lev e21vtnjvrarnqezz7y 2wvtmd3tmw9iadm46m
        """)

    static let webhookDeliveries = issued(
        Array(151..<201), prefix: "evt_",
        """
        cvsfkx6yhbh0myavsf bhfzyny9649i0g5gqh 0ac9azauw8fbdxp0qh di27578hartd0ttn03 6eoptrbp19ms0c5fhc
        0wnqlfpmwnfzm6bjv4 bbheu1yf2y77b53mc6 2waqqy78qvogi5s34y 9qun6up869vrjji85x 9tqwq42ksb3uo8tm1b
        0ijmmjr6mz90reew8s 3bx9h4oyjehy1fwgx8 0619ddxlqpac9lds7r 6c6m4r9u4fe6sdy40o 9a58cp6z678ncu6oi8
        fmcopk8ew037x8mlwy gn80l5mnvkugg6gq8a 49ps37wm29uzlj0tki b942o4dpihdqtj972o bttu3wvj6kiococ8u8
        541empelxeotpe1ddh 07h5iifxalzgrw00f2 0a9w06dk4xkuyevdk2 0ecpqb7a7o675v4jsu ca2qj7ifzk3ag58u3m
        1xny8r28diyde000xe 0i215vooe3s7cdq704 0mxk2wv76ht6nabsv5 8hgnqgyyovlk86y9bo egofjpnnjbpn5xq49i
        d252wcl5i5syzbi4uz 2p2b6cz0qhk8k38qvp 8nrj7pphggfqu6wded exekr47r9layd8krth 1oszhauhz7vn37lzw0
        c49s5nqldcqdnr1dis 0p4hebzyumhbflrtog 53tqsj6l2isoa410q4 63525cq8dng41ub7w7 3khegkjrw0w0o44ppc
        339tz2s738neeyzbka 2n5sfwf0b6iqq40tom 8yp2ydi3riu5ppwzel gbw0y58as7llzca6iy 62iaz4ajg4wledijrb
        1ppp992kqkhpwhcx1k 62xp0a77iqzb9ldsy1 6mo1723cgowh3nhf7u go2dq3djmjf2mu0fpd ak7llhrr95jo5gd50g
        """)

    static let accounts = issued(
        Array(2..<52), prefix: "acct_",
        """
        fb08g4fo mw4e6x0o liax81qv a5z76hh7 qp8du3sm 5anrib0j dysscadm aaq421my prnz0tmj p1qkzs55
        4n3n6il8 zn4zjeae kz1ck9en 8vlsj6zi tnlvr8up 282g2y8y 1tm7ojnz 6ettlo0a jw3sgqzd oqpbelpo
        oycy2boi rz0xcg56 6pd4u7jy ilpdui0g f510f9p1 lm8p3ri9 qspx1647 dguc8sn9 0h80zv7m 9zdpouml
        l7d1bb5e uchpgj4a npcruwiz i84sktup l2v86yl5 m399zxnn aaevjy3o kkc5sdix j4hg9u7j hw4lh4la
        osmpyqmv tcl97zfo jc618whe 8cx78uep nwl0k9ag dfnub8ea i61kzu5x sp1k5r70 z1hxn3lm jmi1xmjb
        """)

    static let relays = issued(
        Array(1..<51), prefix: "hr_",
        """
        tvpc8e54 caxq98na my5logks 49fmyscl q6xwd0a0 is3g4tvi dzu6j98b xeoh645e 2y990egj ecbuyl7q
        ijnl5lnq d5yxcdv1 5wt5mhzt 3oirlxg2 0l3cd3tj wghgfddy o2qemwul e0cw2jpk kwajtvpz lstm17a1
        7mecutmw 8ehfnbr8 xledva14 xyectero 8zqj8udc 82tluvxt kyay7dbr 4j7hc2vt 2mtsclnm a6ctx2u2
        ymoi5uun tum9eiqq l8ibx1xf g52037r7 u004dc9o qdebjqe5 g8vhc09t z5eh99e9 azbe2tjq 049ixx4h
        mblr0tx7 37i63wul e17x82xc r4xl2i6d nyko6656 3r6aoefi 87dw74c3 072vswlj 9o2q9ane 6cb43vr0
        """)
}
