using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.Http;

public sealed class HttpActionContract : ActionContract
{
    private Uri? _url;

    private protected override string Name => "http";

    private protected override object Arguments => new { url = (_url ?? World.Target.Url).AbsoluteUri };

    private protected override string TimeoutSetting => "Http:Timeout";

    // The status line has come; the body does not matter.
    private protected override Type OfEmptySuccess => typeof(ActionOutcome.Succeeded);

    private protected override Type OfTruncated => typeof(ActionOutcome.Succeeded);

    private protected override (string, string) Address(Uri url)
    {
        _url = url;
        return ("Http:AllowPrivateAddresses", "true");
    }

    private protected override void AnswerAll(PeerAnswer answer) => World.Target.Next(answer, times: int.MaxValue);
}
