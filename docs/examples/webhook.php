<?php
// Is this request really from Publisher, and new? For PHP 7.4 or newer.
declare(strict_types=1);

// The message in $body, or null; $headers are by their names in lower case.
function verified(string $secret, array $headers, string $body): ?array
{
    $moment = $headers['webhook-timestamp'] ?? '';
    if (!preg_match('/\A\d{1,12}\z/', $moment) || abs(time() - (int) $moment) > 300) {
        return null; // an old request, sent again by somebody else
    }
    $key = strncmp($secret, 'whsec_', 6) === 0 ? base64_decode(substr($secret, 6)) : $secret;
    $signed = ($headers['webhook-id'] ?? '') . ".$moment.$body";
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $given) {
        if (hash_equals($expected, $given)) {
            return json_decode($body, true);
        }
    }
    return null;
}
