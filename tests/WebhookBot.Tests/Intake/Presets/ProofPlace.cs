using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Intake;
using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>Where the sender of a preset shows its proof: in a header, in the address or in the body.</summary>
internal abstract record ProofPlace
{
    public static ProofPlace Of(SourcePreset preset) => preset switch
    {
        { Verify: [{ Algorithm: VerificationAlgorithm.SecretAddress, Header: var parameter }, ..] } => new InAddress(parameter),
        { Verify: [{ Json: { } path }, ..] } => new InBody(path),
        { Verify: [{ Algorithm: VerificationAlgorithm.IssuedToken }, ..] } => new InHeader("Authorization"),
        { Verify: [{ Header: var header }, ..] } => new InHeader(header),
        { Name: "aws-sns" } => new InBody("Signature"),
        { Name: "netlify" } => new InHeader(NetlifyCheck.Header),
        { Name: "travis" } => new InHeader(TravisCheck.Header),
        { Name: "twilio" } => new InHeader(TwilioCheck.Header),
        _ => throw new ArgumentException($"nobody knows where {preset.Name} shows its proof"),
    };

    public abstract string Get(SentRequest request);

    /// <summary>The request with that proof; with none when it is null.</summary>
    public abstract SentRequest Set(SentRequest request, string? proof);

    /// <summary>The request with the proof in it twice.</summary>
    public abstract SentRequest Double(SentRequest request);

    public sealed record InHeader(string Name) : ProofPlace
    {
        public override string Get(SentRequest request) => request[Name]!;

        public override SentRequest Set(SentRequest request, string? proof) => request.With(Name, proof);

        public override SentRequest Double(SentRequest request) => request.WithMore(Name, Get(request));
    }

    private sealed record InAddress(string Parameter) : ProofPlace
    {
        public override string Get(SentRequest request) => Uri.UnescapeDataString(request.Target.Split('/')[3]);

        public override SentRequest Set(SentRequest request, string? proof) => request with { Target = $"/hooks/{request.Target.Split('/')[2]}{(proof is null ? "" : $"/{Uri.EscapeDataString(proof)}")}" };

        public override SentRequest Double(SentRequest request) => Set(request, null) with { Target = $"{Set(request, null).Target}?{Parameter}={Get(request)}&{Parameter}={Get(request)}" };
    }

    public sealed record InBody(string Path) : ProofPlace
    {
        public override string Get(SentRequest request)
        {
            var at = JsonNode.Parse(request.Body);
            foreach (var name in Path.Split('.'))
            {
                at = at![name];
            }

            return (string)at!;
        }

        public override SentRequest Set(SentRequest request, string? proof)
        {
            var body = JsonNode.Parse(request.Body)!;
            PayloadOverrides.Set(body, Path, JsonSerializer.SerializeToElement(proof));
            return request with { Body = JsonSerializer.SerializeToUtf8Bytes(body) };
        }

        public override SentRequest Double(SentRequest request)
        {
            var name = $"\"{Path.Split('.')[^1]}\":\"";
            var body = Encoding.UTF8.GetString(request.Body);
            var start = body.LastIndexOf(name, StringComparison.Ordinal);
            var end = body.IndexOf('"', start + name.Length) + 1;
            return request.With(body.Insert(end, "," + body[start..end]));
        }
    }
}
