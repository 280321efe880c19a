/* Renderers as main knows them, and messages that are written in place. */
#ifndef RINGMAIN_CONTENTS_HPP
#define RINGMAIN_CONTENTS_HPP

#include "put.hpp"

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// What a session has done: see `ringmain_info`.
using Info = ringmain_info;

/// Bytes of a message that is being written in place: fill them, then `commit`. Dropped, it sends nothing.
/// Of the thread that claimed it, which can send nothing else in this session meanwhile. Whatever it was
/// claimed from, and the channel's name, have to outlive it.
class Claim {
public:
    Claim(Claim &&other) noexcept
        : raw_(other.raw_), is_held_(std::exchange(other.is_held_, false)) {}
    Claim &operator=(Claim &&) = delete;
    ~Claim() { abort(); }

    /// Where to write. What is there is left from earlier messages.
    std::uint8_t *data() noexcept { return is_held_ ? raw_.bytes : nullptr; }
    std::size_t size() const noexcept { return is_held_ ? raw_.len : 0; }

    /// Sends the first `len` bytes. The claim is over then, whatever this returns.
    Result<void> commit(std::size_t len) {
        if (!is_held_) return Error(Status::NotFound, "the claim is over");
        is_held_ = false;
        return detail::checked(ringmain_commit(&raw_, len));
    }
    Result<void> commit() { return commit(size()); }
    /// Ends it without sending anything.
    void abort() noexcept {
        if (std::exchange(is_held_, false)) ringmain_abort(&raw_);
    }

    /// Claims by a call of the C interface.
    template <class Call>
    static Result<Claim> by(const Call &call) {
        Claim claim;
        const auto status = call(&claim.raw_);
        if (status != RINGMAIN_OK) return Error::last(status);
        claim.is_held_ = true;
        return Result<Claim>(std::move(claim));
    }

private:
    Claim() = default;

    ringmain_claimed raw_ = {};
    bool is_held_ = false;
};

/// A renderer, as main knows it, where it is the library's: valid during the callback. To keep it,
/// `IpcMain::web_contents(id)` gives one's own. From any thread.
class WebContentsRef {
public:
    explicit WebContentsRef(const ringmain_web_contents *raw) noexcept : raw_(raw) {}

    /// Sends a message to the renderer. Never blocks: what does not fit the ring waits in main, up to a
    /// bound, beyond which this answers `Backpressure`.
    template <class... T>
    Result<void> send(Name channel, const T &...args) const {
        return detail::with_args(
            [&](ringmain_builder *built) { return ringmain_web_contents_send(raw_, channel.get(), built); }, args...);
    }

    /// Reserves bytes of a message to the renderer, which gets one value, `Bytes`. Never blocks.
    Result<Claim> claim(const char *channel, std::size_t len) const {
        return Claim::by([&](ringmain_claimed *claimed) {
            return ringmain_web_contents_claim(raw_, channel, len, claimed);
        });
    }

    /// What the renderer is, and what main's side of its session has done.
    Result<Info> info() const {
        Info info = {};
        info.size = sizeof info;
        const auto status = ringmain_web_contents_info(raw_, &info);
        if (status != RINGMAIN_OK) return Error::last(status);
        return info;
    }

    /// Ends the session. The renderer's process is not touched.
    Result<void> close() const { return detail::checked(ringmain_web_contents_close(raw_)); }

    const ringmain_web_contents *raw() const noexcept { return raw_; }

protected:
    const ringmain_web_contents *raw_;
};

/// The same of one's own: to drop it leaves the session alone.
class WebContents : public WebContentsRef {
public:
    /// Takes over what the C interface gave.
    explicit WebContents(ringmain_web_contents *raw) noexcept : WebContentsRef(raw), owned_(raw) {}
    /// What was moved from answers `InvalidArgument`.
    WebContents(WebContents &&other) noexcept
        : WebContentsRef(std::exchange(other.raw_, nullptr)), owned_(std::move(other.owned_)) {}
    WebContents &operator=(WebContents &&other) noexcept {
        owned_ = std::move(other.owned_);
        raw_ = owned_.get();
        if (this != &other) other.raw_ = nullptr;
        return *this;
    }

private:
    struct Free {
        void operator()(ringmain_web_contents *contents) const noexcept { ringmain_web_contents_free(contents); }
    };
    std::unique_ptr<ringmain_web_contents, Free> owned_;
};

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
