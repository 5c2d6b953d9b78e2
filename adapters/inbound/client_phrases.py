"""What mail programs write by themselves into an answer to an invitation, and how signatures begin and end.

adapters/inbound/own_words.py takes these phrases away. Only whole phrases are listed: a phrase that is not here counts
as words of the sender. Names, addresses, titles and dates are left out, because they are recognised by themselves.
"""

ACCEPTED = """
has accepted this invitation
has accepted this invitation with this note
has accepted the invitation
has accepted your invitation
has accepted your event invitation
has accepted your meeting invitation
has accepted your invitation to
has accepted your invitation to this event
has accepted the invitation to
has accepted the invitation to the event
has accepted the invitation to the following event
has accepted the update to the following event
has accepted the meeting request
has accepted this meeting
has accepted the event
has accepted the meeting
has been accepted by
accepted your invitation to
accepted your invitation
accepted this invitation
accepted the invitation
accepted the invitation to
has replied yes to this invitation
the following attendees have accepted
is now accepting
yes i will attend
i will attend
your meeting was accepted
meeting accepted
a accepté cette invitation
a accepté l invitation
a accepté votre invitation
a accepté votre invitation à
a accepté votre invitation à l évènement
a accepté votre invitation à l événement
a accepté l invitation à
a accepté l invitation à l événement suivant
a accepté l invitation à l évènement suivant
oui je participerai
hat diese einladung angenommen
hat die einladung angenommen
hat ihre einladung angenommen
hat ihre einladung zu
hat ihre termineinladung akzeptiert
hat die einladung zum folgenden termin angenommen
hat die einladung zur folgenden veranstaltung angenommen
ja ich nehme teil
ha aceptado esta invitación
ha aceptado la invitación
ha aceptado tu invitación
ha aceptado su invitación
ha aceptado la invitación al siguiente evento
đã chấp nhận lời mời này
đã chấp nhận lời mời
đã chấp nhận lời mời của bạn
đã chấp nhận lời mời tham gia sự kiện sau
đã chấp nhận lời mời sự kiện của bạn
ตอบรับคำเชิญนี้แล้ว
ได้ตอบรับคำเชิญนี้แล้ว
ยอมรับคำเชิญนี้แล้ว
ได้ยอมรับคำเชิญนี้
ได้ยอมรับคำเชิญนี้แล้ว
ได้ตอบรับคำเชิญ
ได้ยอมรับคำเชิญเข้าร่วมกิจกรรมต่อไปนี้
ໄດ້ຕອບຮັບການເຊີນນີ້
ໄດ້ຕອບຮັບການເຊີນນີ້ແລ້ວ
ໄດ້ຍອມຮັບການເຊີນນີ້
ໄດ້ຍອມຮັບການເຊີນນີ້ແລ້ວ
ໄດ້ຍອມຮັບຄຳເຊີນນີ້
ໄດ້ຍອມຮັບຄຳເຊີນນີ້ແລ້ວ
ໄດ້ຍອມຮັບຄຳເຊີນເຂົ້າຮ່ວມເຫດການຕໍ່ໄປນີ້
បានទទួលយកការអញ្ជើញនេះ
បានទទួលយកការអញ្ជើញ
បានទទួលយកការអញ្ជើញរបស់អ្នក
បានព្រមទទួលការអញ្ជើញនេះ
បានយល់ព្រមលើការអញ្ជើញនេះ
បានទទួលយកការអញ្ជើញចូលរួមព្រឹត្តិការណ៍ខាងក្រោម
已接受此邀请
接受了此邀请
"""
"""Sentences that a program writes beside Accept, one a line."""

DECLINED = """
has declined this invitation
has declined this invitation with this note
has declined the invitation
has declined your invitation
has declined your event invitation
has declined your meeting invitation
has declined your invitation to
has declined the invitation to
has declined the invitation to the event
has declined the invitation to the following event
has declined the update to the following event
has declined the meeting request
has been declined by
declined your invitation to
declined your invitation
declined this invitation
has replied no to this invitation
no i won t attend
no i will not attend
i am unable to attend
your meeting was declined
meeting declined
a décliné cette invitation
a décliné l invitation
a décliné votre invitation
a décliné votre invitation à
a décliné votre invitation à l évènement
a décliné l invitation à l événement suivant
a refusé cette invitation
a refusé l invitation
a refusé votre invitation
a refusé votre invitation à l évènement
a refusé l invitation à l événement suivant
non je ne participerai pas
hat diese einladung abgelehnt
hat die einladung abgelehnt
hat ihre einladung abgelehnt
hat ihre termineinladung abgelehnt
hat die einladung zum folgenden termin abgelehnt
hat die einladung zur folgenden veranstaltung abgelehnt
nein ich nehme nicht teil
ha rechazado esta invitación
ha rechazado la invitación
ha rechazado la invitación al siguiente evento
đã từ chối lời mời này
đã từ chối lời mời
đã từ chối lời mời của bạn
đã từ chối lời mời tham gia sự kiện sau
ปฏิเสธคำเชิญนี้แล้ว
ได้ปฏิเสธคำเชิญนี้
ได้ปฏิเสธคำเชิญนี้แล้ว
ได้ปฏิเสธคำเชิญเข้าร่วมกิจกรรมต่อไปนี้
ໄດ້ປະຕິເສດການເຊີນນີ້
ໄດ້ປະຕິເສດການເຊີນນີ້ແລ້ວ
ໄດ້ປະຕິເສດຄຳເຊີນນີ້
ໄດ້ປະຕິເສດຄຳເຊີນນີ້ແລ້ວ
ໄດ້ປະຕິເສດຄຳເຊີນເຂົ້າຮ່ວມເຫດການຕໍ່ໄປນີ້
បានបដិសេធការអញ្ជើញនេះ
បានបដិសេធការអញ្ជើញ
បានបដិសេធការអញ្ជើញចូលរួមព្រឹត្តិការណ៍ខាងក្រោម
已拒绝此邀请
"""
"""Sentences that a program writes beside Decline."""

TENTATIVE = """
has tentatively accepted this invitation
has tentatively accepted the invitation
has tentatively accepted your invitation
has tentatively accepted your invitation to
has tentatively accepted the invitation to
has tentatively accepted the invitation to the following event
has tentatively accepted the update to the following event
has tentatively accepted the meeting request
has tentatively accepted your event invitation
tentatively accepted your invitation to
tentatively accepted your invitation
tentatively accepted
has replied maybe to this invitation
has replied maybe to this invitation with this note
has replied maybe to your invitation
i might attend
your meeting was tentatively accepted
a accepté provisoirement cette invitation
a provisoirement accepté cette invitation
a provisoirement accepté votre invitation
a provisoirement accepté l invitation à l événement suivant
a répondu peut être à cette invitation
je participerai peut être
hat diese einladung vorläufig angenommen
hat die einladung vorläufig angenommen
hat ihre einladung vorläufig angenommen
hat die einladung zur folgenden veranstaltung vorläufig angenommen
hat mit vielleicht auf diese einladung geantwortet
hat diese einladung mit vielleicht beantwortet
ich nehme vielleicht teil
ha aceptado provisionalmente esta invitación
ha respondido quizás a esta invitación
đã chấp nhận tạm thời lời mời này
đã tạm chấp nhận lời mời này
đã tạm chấp nhận lời mời tham gia sự kiện sau
đã trả lời có thể cho lời mời này
đã trả lời có thể đối với lời mời này
ตอบว่าอาจจะสำหรับคำเชิญนี้
ตอบว่า อาจจะ สำหรับคำเชิญนี้
ตอบรับคำเชิญนี้แบบไม่แน่นอน
ได้ตอบรับคำเชิญนี้แบบไม่แน่นอน
ໄດ້ຕອບວ່າອາດຈະຕໍ່ການເຊີນນີ້
ໄດ້ຕອບວ່າອາດຈະຕໍ່ຄຳເຊີນນີ້
បានឆ្លើយតបថាប្រហែលជាចំពោះការអញ្ជើញនេះ
បានឆ្លើយថាប្រហែលចំពោះការអញ្ជើញនេះ
已暂时接受此邀请
"""
"""Sentences that a program writes beside Tentative, or Maybe."""

COUNTERED = """
has proposed a new time for this event
has proposed a new time for this meeting
has proposed a new time
has made a counterproposal for
proposed a new time
new time proposed
accepted and proposed a new time
a proposé un nouvel horaire pour cet événement
a proposé un nouvel horaire
a fait une contre proposition pour
hat eine neue zeit für diesen termin vorgeschlagen
hat eine neue uhrzeit vorgeschlagen
ha propuesto una nueva hora para este evento
đã đề xuất thời gian mới cho sự kiện này
ได้เสนอเวลาใหม่สำหรับกิจกรรมนี้
ໄດ້ສະເໜີເວລາໃໝ່ສຳລັບເຫດການນີ້
បានស្នើពេលវេលាថ្មីសម្រាប់ព្រឹត្តិការណ៍នេះ
"""
"""Sentences that a program writes beside Propose new time."""

ALWAYS = """
invitation from google calendar
you are receiving this courtesy email at the account
because you are an attendee of this event
because you are the organizer of this event
because you set a notification for responses to this event
because you are subscribed for invitation replies on calendar
because you have subscribed to this calendar
you are receiving this email at the account
to stop receiving these emails please log in to
to stop receiving these emails go to
to stop receiving future updates for this event decline this event
and change your notification settings for calendar
change each calendar s notification settings
change your notification settings
forwarding this invitation could allow any recipient to send a response to the organizer
forwarding this invitation could allow any recipient to send a response to the organizer and be added to the guest list
or invite others regardless of their own invitation status or to modify your rsvp
invite others regardless of their own invitation status or to modify your rsvp
or invite others regardless of their own invitation status or modify your rsvp
learn more
learn more at
view all guest info
view more details
and view more details
your attendance is optional
you are receiving this email because you are subscribed to calendar notifications
you are receiving this email because you are an attendee on the event
because you are an attendee on the event
select this calendar and change other notifications
be added to the guest list
be added to the guest list invite others regardless of their own invitation status or modify your rsvp
invite others regardless of their own invitation status or modify your rsvp
indochina time
heure d indochine
indochina zeit
giờ đông dương
เวลาอินโดจีน
going yes maybe no more options
going yes no maybe more options
invitation from
view your event at
reply for
more options
this is a message from
this message was sent by
this event has been changed
the following is a new meeting request
nextcloud is a registered trademark
this is an automatically sent email please do not reply
sent with proton mail secure email
sent from proton mail
sent with
get outlook for ios
get outlook for android
get outlook for mac
sent from outlook for ios
sent from outlook for android
sent from mail for windows
sent from mail for windows 10
sent from my iphone
sent from my ipad
sent from my mobile device
sent from my mobile
sent from my phone
sent from my samsung galaxy smartphone
sent from my galaxy
sent from samsung mobile
sent from samsung tablet
sent from my android device
sent from my huawei phone
sent from my xiaomi phone
sent from my oppo phone
sent from my vivo phone
sent from my windows phone
sent from my blackberry
sent from yahoo mail for iphone
sent from yahoo mail on android
sent from yahoo mail
yahoo mail search organize conquer
sent from gmail mobile
sent from zimbra
sent from zoho mail
virus free
virus free www avast com
this email has been checked for viruses by avast antivirus software
scanned by
caution this email originated from outside of the organization
caution this email originated from outside of your organization
do not click links or open attachments unless you recognize the sender and know the content is safe
external email
you don t often get email from
learn why this is important
when replying type your text above this line
powered by
invitation de google agenda
vous recevez cet e mail de courtoisie à l adresse
car vous participez à cet événement
envoyé de mon iphone
envoyé de mon ipad
envoyé depuis mon iphone
envoyé depuis mon appareil mobile
envoyé depuis mon smartphone samsung galaxy
envoyé depuis mon téléphone
envoyé à partir de outlook pour android
envoyé à partir de outlook pour ios
envoyé à partir de courrier pour windows
envoyé depuis yahoo mail pour android
envoyé depuis yahoo mail pour iphone
télécharger outlook pour android
télécharger outlook pour ios
obtenir outlook pour android
obtenir outlook pour ios
einladung von google kalender
von meinem iphone gesendet
von meinem ipad gesendet
gesendet von meinem iphone
gesendet von outlook für android
gesendet von outlook für ios
holen sie sich outlook für android
holen sie sich outlook für ios
outlook für android beziehen
outlook für ios beziehen
gesendet von mail für windows
von meinem samsung galaxy smartphone gesendet
von meinem samsung gerät gesendet
diese nachricht wurde von meinem android mobiltelefon gesendet
von yahoo mail auf android gesendet
invitación de google calendar
enviado desde mi iphone
enviado desde mi ipad
obtener outlook para android
obtener outlook para ios
lời mời từ lịch google
lời mời từ google lịch
bạn nhận được email này vì bạn là người tham dự sự kiện này
đã gửi từ iphone của tôi
gửi từ iphone của tôi
đã gửi từ ipad của tôi
gửi từ ipad của tôi
gửi từ điện thoại của tôi
được gửi từ điện thoại samsung galaxy của tôi
đã gửi từ điện thoại samsung galaxy của tôi
tải outlook cho android
tải outlook dành cho ios
tải outlook cho ios
nhận outlook cho ios
nhận outlook cho android
gửi từ thư cho windows
đã gửi từ yahoo mail trên android
คำเชิญจาก google ปฏิทิน
ส่งจาก iphone ของฉัน
ส่งจาก ipad ของฉัน
ส่งจากอุปกรณ์ android ของฉัน
ส่งจากสมาร์ทโฟน samsung galaxy ของฉัน
รับ outlook สำหรับ android
รับ outlook สำหรับ ios
ดาวน์โหลด outlook สำหรับ ios
ดาวน์โหลด outlook สำหรับ android
ຄຳເຊີນຈາກ google ປະຕິທິນ
ສົ່ງຈາກ iphone ຂອງຂ້ອຍ
ສົ່ງຈາກ ipad ຂອງຂ້ອຍ
ສົ່ງຈາກໂທລະສັບຂອງຂ້ອຍ
ຮັບ outlook ສຳລັບ android
ຮັບ outlook ສຳລັບ ios
ດາວໂຫຼດ outlook ສຳລັບ android
ດາວໂຫຼດ outlook ສຳລັບ ios
ការអញ្ជើញពី google ប្រតិទិន
បានផ្ញើពី iphone របស់ខ្ញុំ
ផ្ញើពី iphone របស់ខ្ញុំ
បានផ្ញើពី ipad របស់ខ្ញុំ
ផ្ញើពីទូរសព្ទរបស់ខ្ញុំ
ទទួលយក outlook សម្រាប់ android
ទទួលយក outlook សម្រាប់ ios
ទាញយក outlook សម្រាប់ android
ទាញយក outlook សម្រាប់ ios
发自我的 iphone
發自我的 iphone
从 iphone 发送
获取 outlook for ios
获取 outlook for android
"""
"""Sentences that a program writes into any answer, also as the last line on a telephone."""

SHORT = {
    "ACCEPTED": """
accepted
accepté
angenommen
zugesagt
akzeptiert
aceptado
đã chấp nhận
ตอบรับแล้ว
ยอมรับแล้ว
ຕອບຮັບແລ້ວ
ຍອມຮັບແລ້ວ
បានទទួលយក
已接受
""",
    "DECLINED": """
declined
décliné
refusé
abgelehnt
abgesagt
rechazado
đã từ chối
ปฏิเสธแล้ว
ປະຕິເສດແລ້ວ
បានបដិសេធ
已拒绝
""",
    "TENTATIVE": """
tentative
maybe
provisoire
vorläufig
tentatively accepted
peut être
có thể
tạm chấp nhận
ອາດຈະ
อาจจะ
""",
}
"""By answer: phrases of a program that count only if they are all that stands in a line."""

SEPARATORS = """
original message
original appointment
forwarded message
begin forwarded message
ursprüngliche nachricht
ursprünglicher termin
weitergeleitete nachricht
message d origine
message original
message transféré
rendez vous d origine
mensaje original
cita original
thư gốc
tin nhắn gốc
cuộc hẹn gốc
ข้อความต้นฉบับ
ข้อความเดิม
การนัดหมายเดิม
ຂໍ້ຄວາມຕົ້ນສະບັບ
ຂໍ້ຄວາມເດີມ
សារដើម
ព្រឹត្តិការណ៍ដើម
原始邮件
"""
"""Lines above a quoted mail. They count only if they are all that stands in a line."""

LABELS = """
when where who what title event calendar organizer organiser attendees invitees guests location date time start end
from sent to cc bcc subject reply-to description video call join details required optional attachments importance going
ai de envoyé envoyé à à cc objet date quand où qui agenda organisateur participants invités lieu début fin titre
von gesendet an betreff datum wann wo wer kalender teilnehmer eingeladene ort beginn ende titel veranstalter
cuándo dónde quién calendario enviado para asunto fecha lugar
khi nào ở đâu ai tại lịch người tham gia người tổ chức thời gian địa điểm từ đã gửi gửi đến tới chủ đề ngày tiêu đề
เมื่อ ที่ไหน ใคร ปฏิทิน ผู้จัด ผู้เข้าร่วม เวลา สถานที่ จาก ส่ง ส่งเมื่อ ถึง เรื่อง หัวเรื่อง วันที่ ชื่อเรื่อง
ເມື່ອໃດ ຢູ່ໃສ ໃຜ ປະຕິທິນ ຜູ້ຈັດ ຜູ້ເຂົ້າຮ່ວມ ເວລາ ສະຖານທີ່ ຈາກ ສົ່ງ ສົ່ງເມື່ອ ເຖິງ ຫົວຂໍ້ ເລື່ອງ ວັນທີ ຫົວເລື່ອງ
ពេលណា នៅឯណា កន្លែងណា អ្នកណា ប្រតិទិន អ្នករៀបចំ អ្នកចូលរួម ពេលវេលា ទីតាំង ទីកន្លែង ពី បានផ្ញើ ផ្ញើ ទៅ ទៅកាន់ ប្រធានបទ កាលបរិច្ឆេទ
时间 地点 发件人 发送时间 收件人 主题
organizer creator optional required organisateur créateur veranstalter
"""
"""Labels of the lines in which programs repeat the event, and of the headers of a quoted mail."""

HEADERS = """
from to cc subject de à cc objet von an betreff para asunto từ đến tới chủ đề จาก ถึง เรื่อง ຈາກ ເຖິງ ຫົວຂໍ້ ເລື່ອງ ពី ទៅ ទៅកាន់
ប្រធានបទ 发件人 收件人 主题
"""
"""Those of the labels that a quoted mail has and an event has not."""

SENT = """
sent date envoyé date gesendet datum enviado fecha đã gửi ngày ส่ง ส่งเมื่อ วันที่ ສົ່ງ ສົ່ງເມື່ອ ວັນທີ បានផ្ញើ ផ្ញើ កាលបរិច្ឆេទ 发送时间
"""
"""Labels of the instant at which a quoted mail was sent."""

DATES = """
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
am pm noon midnight utc gmt ict time zone timezone indochina vientiane phnom penh hanoi bangkok jakarta asia standard
se southeast sea from to until at on of the and hour hours minutes min h m day days th st nd rd th
est edt pst pdt cet cest europe america all timed weekly
janvier février mars avril mai juin juillet août septembre octobre novembre décembre janv févr avr juil sept oct nov déc
lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim le à de du au heure heures fuseau horaire
d indochine
januar februar märz april mai juni juli august september oktober november dezember mär okt dez
montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so uhr bis von am um den zeit indochina
indochinazeit
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miércoles jueves
viernes sábado domingo hora de el a las
tháng thg ngày thứ hai ba tư năm sáu bảy chủ nhật lúc vào giờ múi đông dương sáng chiều sa ch và đến
t2 t3 t4 t5 t6 t7 cn
มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม
ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.
วันจันทร์ที่ วันอังคารที่ วันพุธที่ วันพฤหัสบดีที่ วันศุกร์ที่ วันเสาร์ที่ วันอาทิตย์ที่ จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์ เวลา น. ถึง
จ. อ. พ. พฤ. ศ. ส. อา. เวลาอินโดจีน วันที่ พ.ศ.
ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ ມ.ກ. ກ.ພ. ມ.ນ. ມ.ສ. ພ.ພ. ມິ.ຖ. ກ.ລ. ສ.ຫ. ກ.ຍ.
ຕ.ລ. ພ.ຈ. ທ.ວ.
ວັນຈັນ ວັນອັງຄານ ວັນພຸດ ວັນພະຫັດ ວັນສຸກ ວັນເສົາ ວັນອາທິດ ຈັນ ອັງຄານ ພຸດ ພະຫັດ ສຸກ ເສົາ ອາທິດ ທີ ເວລາ ໂມງ ຫາ ເຖິງ ອິນດູຈີນ ວັນທີ ໃນວັນທີ
មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ ខែ ថ្ងៃ ទី ថ្ងៃទី ឆ្នាំ ម៉ោង វេលាម៉ោង ព្រឹក ល្ងាច ដល់ ឥណ្ឌូចិន នៅ
ច័ន្ទ ចន្ទ អង្គារ ពុធ ព្រហស្បតិ៍ សុក្រ សៅរ៍ អាទិត្យ ថ្ងៃច័ន្ទ ថ្ងៃអាទិត្យ ថ្ងៃសុក្រ នៅថ្ងៃ នៅម៉ោង
年 月 日 星期一 星期二 星期三 星期四 星期五 星期六 星期日 上午 下午 周一 周二 周三 周四 周五 周六 周日
"""
"""Words of dates and times. A line of only such words, and of numbers that our own mail holds, is a date."""

WROTE = """
wrote
a écrit
schrieb
hat geschrieben
escribió
đã viết
viết
เขียนว่า
ได้เขียนว่า
ขียน
ຂຽນວ່າ
ຂຽນ
ໄດ້ຂຽນ
បានសរសេរ
បានសរសេរថា
写道
寫道
"""
"""How the line above a quote ends: On such a day, somebody wrote."""

CLOSINGS = """
best regards
kind regards
with kind regards
with best regards
warm regards
regards
best wishes
best
yours sincerely
sincerely
sincerely yours
yours faithfully
respectfully
respectfully yours
with respect
with high consideration
with the assurances of my highest consideration
thanks
thank you
many thanks
thanks and regards
thanks and best regards
thank you and best regards
cordialement
bien cordialement
salutations distinguées
meilleures salutations
merci
mit freundlichen grüßen
freundliche grüße
viele grüße
saludos cordiales
saludos
trân trọng
kính thư
trân trọng kính chào
xin cảm ơn
ขอแสดงความนับถือ
ด้วยความเคารพ
ຂໍສະແດງຄວາມນັບຖື
ດ້ວຍຄວາມນັບຖື
ດ້ວຍຄວາມເຄົາລົບ
ດ້ວຍຄວາມນັບຖືຢ່າງສູງ
ຂອບໃຈ
ຮັກແພງ
ដោយក្តីគោរព
ដោយសេចក្តីគោរព
ដោយការគោរព
សូមអរគុណ
សូមគោរព
ដោយក្តីគោរពដ៏ខ្ពង់ខ្ពស់
"""
"""How a letter ends, above the name."""

TITLES = """
mr mrs ms miss dr prof h e his her excellency mme m madame monsieur the of for and in de du des la le les et l d von und
director deputy vice general dg ddg assistant senior junior chief head officer coordinator focal point secretary
permanent under minister ministry state department division bureau office section unit desk cabinet embassy ambassador
counsellor counselor consul consulate mission permanent protocol secretariat directorate institute council committee
commission authority agency administration adviser advisor expert specialist manager analyst staff attaché technical
foreign affairs commerce trade industry industrial international cooperation economic economics economy finance planning
investment interior security public defence defense justice information communications telecommunication culture tourism
sports arts agriculture forestry fisheries rural development labour labor social welfare vocational training education
health environment natural resources mines energy transport transportation works post technology science water women
asia pacific southeast asean americas europe africa bilateral multilateral legal treaties treaty policy research drugs
drug combating police customs border boundary army staff provincial province capital district national assembly
kingdom cambodia cambodian lao laos people s democratic republic pdr vietnam thailand government royal phnom penh
vientiane sekong attapeu champasak stung treng ratanakiri preah vihear kratie mekong river
ministère ministre directeur directrice adjoint adjointe département bureau affaires étrangères coopération
internationale secrétaire général générale ambassade conseiller chargé
bộ vụ cục phòng ban trưởng phó giám đốc thứ trưởng chuyên viên vụ trưởng phó vụ trưởng ông bà ngoại giao công thương
"""
"""Words of names and titles below a signature. A line of only such words, below a closing or a name, is a title."""

CONTACT = """
tel telephone phone mobile cell fax email e mail web website url office direct hotline whatsapp telegram line viber
ext p o box po tél téléphone courriel site portable điện thoại đt di động fax ໂທ ໂທລະສັບ ມືຖື ອີເມວ ແຟັກ ទូរស័ព្ទ ទូរសព្ទ លេខ
អ៊ីមែល โทร โทรศัพท์ มือถือ อีเมล t m f e w
"""
"""Labels of the lines of a signature that say how to reach a person."""

PLACES = """
no street st str road rd avenue ave av boulevard blvd lane building bldg floor room village ban district muang meuang
city town province sangkat khan commune quarter corner house block phum khum route national box zip code postal
rue phố đường quận phường thành tp
"""
"""Words of a postal address."""

DISCLAIMERS = """
this email and any attachments are confidential and may be privileged
this email and any files transmitted with it are confidential and intended solely for the use of the individual or
entity to whom they are addressed
this e mail and any attachments are confidential and intended solely for the addressee
this message and any attachments are confidential and intended solely for the addressees
this message may contain confidential information and is intended only for the individual named
this message contains confidential information and is intended only for the individual named
the information contained in this communication is confidential and may be legally privileged
the information contained in this email is confidential and may be legally privileged
it is intended solely for the addressee access to this email by anyone else is unauthorized
it is intended solely for the use of the individual or entity to whom it is addressed
and others authorized to receive it
if you are not the intended recipient you are notified that disclosing copying distributing or taking any action in
reliance on the contents of this information is strictly prohibited
if you are not the intended recipient please notify the sender immediately and delete this message
if you are not the intended recipient please notify the sender and delete this email
if you are not the named addressee you should not disseminate distribute or copy this e mail
if you have received this email in error please notify the sender immediately by return email and delete it
if you have received this email in error please notify the sender immediately and delete this email from your system
if you have received this message in error please notify the sender immediately and delete it
if you have received this communication in error please notify us immediately by responding to this email and then
delete it from your system
please notify the sender immediately by e mail if you have received this e mail by mistake and delete this e mail from
your system
please notify the system manager
you are hereby notified that any disclosure copying distribution or taking action in reliance on the contents of this
information is strictly prohibited and may be unlawful
any unauthorized use disclosure copying or distribution is strictly prohibited
please consider the environment before printing this email
please consider the environment before printing this e mail
think before you print
confidentiality notice
disclaimer
the views expressed in this email are those of the sender and do not necessarily reflect those of
ce message et toutes les pièces jointes sont confidentiels et établis à l intention exclusive de ses destinataires
si vous avez reçu ce message par erreur merci d en avertir immédiatement l expéditeur et de le détruire
diese e mail enthält vertrauliche und oder rechtlich geschützte informationen
wenn sie nicht der richtige adressat sind oder diese e mail irrtümlich erhalten haben informieren sie bitte sofort den
absender und vernichten sie diese e mail
"""
"""Legal notices that mail servers add. Each line continues the one before it."""

HOSTS = (
    "calendar.google.com",
    "google.com",
    "www.google.com",
    "support.google.com",
    "aka.ms",
    "go.onelink.me",
    "www.avast.com",
    "overview.mail.yahoo.com",
)
"""Hosts of links that mail programs write."""
