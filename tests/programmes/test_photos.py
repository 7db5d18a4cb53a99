"""Photographs: drawn anew without what the camera wrote, refused where they are no honest picture, shown with consent."""

import io
import resource
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from jobs.models import StoredFile
from jobs.services import open_stored
from jobs.tasks.clearing import clear_bytes
from programmes.models import Photo
from programmes.rendering.photos import PictureRefused, redraw
from programmes.rendering.photos_process import CPU_SECONDS, MEMORY_BYTES, limit
from programmes.services import photos as services
from tests.programmes import pictures
from tests.programmes.planning import drafted, published
from tests.reading import words
from tests.roles import seen_by, web_role

WORDS = {"caption_ja": "質疑応答の様子", "alt_ja": "会場で参加者が手を挙げている。"}


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


# --- Drawing anew -----------------------------------------------------------------------------------------------------


def test_nothing_of_the_camera_is_left_and_the_picture_stands_upright():
    before = pictures.from_a_telephone()
    assert b"SECRETCAM" in before
    assert shown(before).getexif().get_ifd(0x8825)
    picture = redraw(before)
    after = shown(picture.content)
    assert (picture.width, picture.height) == after.size == (200, 400)
    assert dict(after.getexif()) == {}
    assert {"icc_profile", "comment", "exif", "xmp"}.isdisjoint(after.info)
    assert not any(word in picture.content for word in (b"SECRET", b"Exif", b"GPS", b"ICC_PROFILE", b"http://ns.adobe"))
    red, _, blue = after.getpixel((100, 20))
    assert red > 200 > 100 > blue
    assert min(after.getpixel((100, 380))) > 240


@pytest.mark.parametrize(
    ("size", "becomes"),
    [((4000, 3000), (2000, 1500)), ((3000, 4000), (1500, 2000)), ((2000, 10), (2000, 10)), ((300, 200), (300, 200))],
)
def test_the_long_side_has_two_thousand_pixels_at_most(size, becomes):
    picture = redraw(pictures.jpeg(size))
    assert (picture.width, picture.height) == shown(picture.content).size == becomes


@pytest.mark.parametrize(
    "content",
    [
        pictures.png(mode="RGBA", colour=(0, 0, 0, 0)),
        pictures.png(mode="LA", colour=(0, 0)),
        pictures.png(mode="P", colour=0, transparency=0),
    ],
    ids=["RGBA", "LA", "P"],
)
def test_what_is_transparent_lies_on_white(content):
    assert min(shown(redraw(content).content).convert("RGB").getpixel((5, 5))) > 250


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "P", "CMYK"])
def test_every_honest_kind_of_pixels_becomes_a_jpeg(mode):
    drawn = io.BytesIO()
    Image.new(mode, (60, 40)).save(drawn, "JPEG" if mode == "CMYK" else "PNG")
    assert shown(redraw(drawn.getvalue()).content).mode == "RGB"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pictures.bomb(), "bomb"),
        (pictures.bomb(6_400, 6_400), "bomb"),
        (pictures.animated_png(), "animated"),
        (pictures.gif(), "kind"),
        (pictures.tiff(), "kind"),
        (pictures.SVG, "kind"),
        (pictures.EPS, "kind"),
        (b"%PDF-1.7\n", "kind"),
        (b"", "kind"),
        (b"\xff\xd8\xff\xe0" + b"nonsense" * 40, "damaged"),
        (pictures.jpeg((900, 900))[:4000], "damaged"),
        (pictures.png((900, 900), colour="teal")[:200], "damaged"),
    ],
    ids=["900 Mpx", "41 Mpx", "APNG", "GIF", "TIFF", "SVG", "EPS", "PDF", "empty", "no JPEG", "half JPEG", "half PNG"],
)
def test_what_is_no_honest_picture_is_refused(content, code):
    with pytest.raises(PictureRefused) as refused:
        redraw(content)
    assert refused.value.code in {code, "kind"} if code == "damaged" else refused.value.code == code


def test_forty_million_pixels_are_drawn_within_the_limits():
    picture = redraw(pictures.jpeg((8000, 5000)))
    assert (picture.width, picture.height) == (2000, 1250)


def test_the_process_gives_up_memory_time_and_files(monkeypatch):
    given_up = {}
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: given_up.update({which: limits[1]}))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    limit()
    assert given_up == {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    assert Image.MAX_IMAGE_PIXELS == 40_000_000


def test_a_process_that_meets_its_limits_costs_the_attempt_and_nothing_else(monkeypatch, tmp_path):
    endless = tmp_path / "endless.py"
    endless.write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr("programmes.rendering.photos.PROCESS", endless)
    monkeypatch.setattr("programmes.rendering.photos.PATIENCE", 1)
    with pytest.raises(PictureRefused) as refused:
        redraw(pictures.jpeg())
    assert refused.value.code == "too_much"
    endless.write_text("raise MemoryError\n")
    with pytest.raises(PictureRefused) as refused:
        redraw(pictures.jpeg())
    assert refused.value.code == "too_much"


# --- Keeping ----------------------------------------------------------------------------------------------------------


def page(name: str, session, photo=None) -> str:
    return reverse(f"programmes:{name}", args=[session.programme_id, session.pk, *([photo.pk] if photo else [])])


def upload(content: bytes, name="DSC_0001.JPG") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def kept(cast, session, *, has_consent=True) -> Photo:
    actor = cast.people["secretariat"]
    with seen_by(actor):
        return services.add_photo(
            session=session,
            name="DSC_0001.JPG",
            content=pictures.from_a_telephone(),
            words=services.Words(**WORDS, has_consent=has_consent),
            actor=actor,
        )


def test_what_is_kept_is_what_the_portal_drew(cast, sign_in):
    session = published(cast.programme)
    desk = sign_in(cast.people["secretariat"])
    response = desk.post(
        page("session_photos", session), WORDS | {"file": upload(pictures.from_a_telephone()), "has_consent": "on"}
    )
    assert (response.status_code, response["Location"]) == (302, page("session_photos", session))
    photo = Photo.objects.get()
    assert (photo.width, photo.height, photo.has_consent, photo.file.name) == (200, 400, True, "DSC_0001.jpg")
    assert photo.file.programme_id == cast.programme.pk
    with open_stored(photo.file) as file:
        assert b"SECRET" not in file.read()


@pytest.mark.parametrize(
    ("content", "name", "words_"),
    [
        (pictures.bomb(6_400, 6_400), "big.png", "画素"),
        (pictures.gif(), "moving.jpg", "JPEG"),
        (pictures.animated_png(), "moving.png", "動"),
        (pictures.jpeg(), "photo.heic", ".jpg"),
    ],
    ids=["bomb", "GIF as JPEG", "APNG", "HEIC"],
)
def test_what_is_refused_is_said_at_the_file_and_leaves_nothing(cast, sign_in, content, name, words_):
    session = published(cast.programme)
    response = sign_in(cast.people["secretariat"]).post(
        page("session_photos", session), WORDS | {"file": upload(content, name)}
    )
    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (200, ["file"])
    assert words_ in form.errors["file"][0]
    assert form["caption_ja"].value() == WORDS["caption_ja"]
    assert (Photo.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize(("missing", "field"), [("caption_ja", "caption_ja"), ("alt_ja", "alt_ja")])
def test_a_photograph_has_a_caption_and_says_what_it_shows(cast, sign_in, missing, field):
    session = published(cast.programme)
    data = {name: value for name, value in WORDS.items() if name != missing}
    response = sign_in(cast.people["secretariat"]).post(
        page("session_photos", session), data | {"file": upload(pictures.jpeg())}
    )
    assert list(response.context["form"].errors) == [field]
    assert not Photo.objects.exists()


# --- Showing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_consent", [True, False])
def test_others_see_a_photograph_only_with_consent(cast, sign_in, has_consent):
    session = published(cast.programme)
    photo = kept(cast, session, has_consent=has_consent)
    member, desk = sign_in(cast.people["staff"]), sign_in(cast.people["secretariat"])
    assert [shot.caption for shot in member.get(page("session", session)).context["shots"]] == (
        ["質疑応答の様子"] if has_consent else []
    )
    answer = member.get(page("photo", session, photo))
    assert answer.status_code == (200 if has_consent else 404)
    assert not has_consent or b"".join(answer.streaming_content).startswith(b"\xff\xd8\xff")
    response = desk.get(page("photo", session, photo))
    assert (response.status_code, response["Content-Type"], response["X-Content-Type-Options"]) == (
        200,
        "image/jpeg",
        "nosniff",
    )
    assert response["Content-Disposition"] == "inline"
    assert b"".join(response.streaming_content).startswith(b"\xff\xd8\xff")
    overview = desk.get(page("session_photos", session))
    assert [shot.has_consent for shot in overview.context["shots"]] == [has_consent]
    assert ("同意がないため" in overview.content.decode()) == (not has_consent)


def test_consent_can_be_taken_back_and_the_photograph_goes_at_once(cast, sign_in):
    session = published(cast.programme)
    photo = kept(cast, session)
    desk, member = sign_in(cast.people["secretariat"]), sign_in(cast.people["staff"])
    assert desk.get(page("edit_photo", session, photo)).context["form"]["has_consent"].value() is True
    desk.post(page("edit_photo", session, photo), WORDS | {"caption_en": "Questions"})
    photo.refresh_from_db()
    assert (photo.has_consent, photo.caption_en) == (False, "Questions")
    assert member.get(page("photo", session, photo)).status_code == 404


def test_a_photograph_is_taken_away_after_a_question_and_from_the_disk_by_the_clock(cast, sign_in, settings):
    session = published(cast.programme)
    photo = kept(cast, session)
    desk = sign_in(cast.people["secretariat"])
    assert words(desk.get(page("remove_photo", session, photo)), "h1") == ["この写真を削除しますか"]
    path = Path(settings.MEDIA_ROOT) / photo.file.path
    assert path.exists()
    desk.post(page("remove_photo", session, photo))
    assert not Photo.objects.exists()
    assert not StoredFile.objects.filter(pk=photo.file_id).exists()
    with web_role():
        clear_bytes(now=timezone.now() + timedelta(days=2))
    assert not path.exists()


def test_a_photograph_of_a_draft_is_not_there_for_others(cast, sign_in):
    session = drafted(cast)
    photo = kept(cast, session)
    assert sign_in(cast.people["staff"]).get(page("photo", session, photo)).status_code == 404
    assert sign_in(cast.people["other_secretariat"]).get(page("photo", session, photo)).status_code == 404
