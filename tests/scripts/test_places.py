"""Folders, secrets, addresses: the small parts that everything else stands on."""

import os
import stat

import places
import pytest
import servers


@pytest.mark.parametrize(
    ("address", "for_redis_py"),
    [
        ("redis+socket:///tmp/a/valkey.sock?virtual_host=0", "unix:///tmp/a/valkey.sock?db=0"),
        ("redis+socket:///tmp/a/valkey.sock?virtual_host=3", "unix:///tmp/a/valkey.sock?db=3"),
        ("redis+socket:///tmp/a/valkey.sock", "unix:///tmp/a/valkey.sock?db=0"),
        ("redis://:secret@host:6379/1", "redis://:secret@host:6379/1"),
        ("rediss://host:6380/0", "rediss://host:6380/0"),
    ],
)
def test_only_the_address_of_a_unix_socket_is_written_differently_for_redis_py(address, for_redis_py):
    assert servers.client_url(address) == for_redis_py


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "secret"
    made = places.secret_file(path, length=32)
    assert (len(made), places.secret_file(path, length=32)) == (64, made)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_two_secrets_are_not_the_same(tmp_path):
    assert places.secret_file(tmp_path / "one") != places.secret_file(tmp_path / "two")


def test_a_lock_that_is_held_refuses_and_is_free_again_afterwards(tmp_path):
    with places.locked(tmp_path / "lock"), pytest.raises(BlockingIOError), places.locked(tmp_path / "lock", wait=False):
        pass
    with places.locked(tmp_path / "lock", wait=False):
        pass


def test_a_folder_is_closed_even_when_it_was_open(tmp_path):
    (tmp_path / "sockets").mkdir(mode=0o777)
    mine = places.Account(name="me", uid=os.geteuid(), gid=os.getegid())
    places.owned_folder(tmp_path / "sockets", mine)
    assert stat.S_IMODE((tmp_path / "sockets").stat().st_mode) == 0o700


def test_a_folder_of_somebody_else_or_a_link_in_its_place_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    mine = places.Account(name="me", uid=os.geteuid(), gid=os.getegid())
    other = places.Account(name="other", uid=os.geteuid() + 1, gid=os.getegid())
    with pytest.raises(places.Refusal, match="not a folder of the account other"):
        places.owned_folder(tmp_path / "mine", other)
    with pytest.raises(places.Refusal, match="not a folder of the account me"):
        places.owned_folder(tmp_path / "link", mine)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path / "file" / "var"))
    with pytest.raises(places.Refusal, match="cannot be made"):
        places.var_folder()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its servers to another account")
class TestHomeOfRootsServers:
    @pytest.fixture(autouse=True)
    def outside(self, open_folder, monkeypatch):
        """A stand-in for /var/lib, and a data folder that `nobody` cannot reach."""
        monkeypatch.setattr(places, "OUTSIDE", open_folder)
        self.outside = open_folder
        self.closed = open_folder / "closed"
        self.closed.mkdir(mode=0o700)
        self.var = self.closed / "var"
        self.var.mkdir()

    def home(self):
        home = places.servers_home(self.var, places.server_account())
        places.make_home(home, self.var)
        return home

    def test_it_is_the_data_folder_where_nobody_can_reach_it(self):
        self.closed.chmod(0o755)
        assert self.home() == self.var

    def test_it_lies_outside_of_a_closed_checkout_and_stays_there(self):
        home = self.home()
        assert home.parent == self.outside
        assert places.server_account().can_enter(home)
        self.closed.chmod(0o755)
        assert self.home() == home

    def test_a_fresh_data_folder_never_meets_old_data(self):
        before = self.home()
        (self.var / "identity").unlink()
        assert self.home() != before

    def test_data_made_while_the_checkout_was_open_moves_along(self):
        (self.var / "postgres").mkdir()
        (self.var / "postgres" / "PG_VERSION").write_text("18")
        assert (self.home() / "postgres" / "PG_VERSION").read_text() == "18"
